// Newton's method on a curve: each step goes to the vertex of the parabola that fits the curve where it stands.

import * as Plot from '@observablehq/plot';
import { exp, mul, sub } from '@netwright/ir';
import { arrange } from '../plot/arrange.ts';
import { INK } from '../plot/palette.ts';
import { label, plot, type PlotSpec } from '../plot/scene.ts';
import { curveValues, derivativesAt, descendCurve, type Curve, type Derivatives } from '../run/curve.ts';
import type { Figure } from './figure.ts';
import { short } from './race.ts';

/** `e^x - 2 x`, convex everywhere and no parabola anywhere. */
export const exponential: Curve = {
  name: 'eˣ − 2x',
  window: { x: [-0.4, 3], y: [0, 10] },
  start: 2.6,
  minimum: Math.LN2,
  value: (x) => sub(exp(x), mul(x, 2)),
};

const STEPS = 3;
const SHADES = ['#cf222e', '#d1510a', '#9a6700'];
const SIZE = { width: 760, height: 500 };

export const newtonParabolas: Figure = {
  name: 'newton-parabolas',
  title: 'Newton’s method fits a parabola and goes to its vertex',
  async draw({ optimizers, backend, document }) {
    const xs = await descendCurve(exponential, optimizers.newton(), STEPS, backend);
    const fits = await Promise.all(xs.map((x) => derivativesAt(exponential, x, backend)));
    const [low, high] = exponential.window.x;
    const axis = Array.from({ length: 201 }, (_, index) => low + ((high - low) * index) / 200);
    const values = await curveValues(exponential, axis, backend);
    const spec: PlotSpec = {
      x: { domain: [low, high], label: 'x' },
      y: { domain: [...exponential.window.y], label: exponential.name, grid: true },
      marks: [
        Plot.frame({ stroke: '#8c959f' }),
        ...xs
          .slice(0, -1)
          .flatMap((x, step) => parabola(axis, x, xs[step + 1], fits[step], fits[step + 1], SHADES[step])),
        Plot.line(
          axis.map((x, index) => [x, values[index]] as const),
          { stroke: INK, strokeWidth: 2.2, clip: true },
        ),
        ...xs.map((x, step) =>
          Plot.dot([[x, fits[step].value]], { r: 4.5, fill: 'white', stroke: INK, strokeWidth: 1.8 }),
        ),
        ...xs.map((x, step) =>
          label(step === 0 ? 'start' : `step ${String(step)}`, [x, fits[step].value], {
            dx: 12,
            dy: 6,
            textAnchor: 'start',
            fill: INK,
          }),
        ),
      ],
    };
    return arrange(document, {
      title: newtonParabolas.title,
      notes: [
        'Value, slope and curvature of a point fix a parabola. Where the curve is one, its vertex is the minimum; elsewhere the next parabola fits better.',
        `x: ${xs.map(short).join(' → ')}; the minimum is at ln 2 = ${short(exponential.minimum)}. Curvature: ${fits.map(({ curvature }) => short(curvature)).join(', ')}.`,
      ],
      legend: [
        { text: `the curve ${exponential.name}`, color: INK },
        ...SHADES.map((color, step) => ({
          text: step === 0 ? 'parabola at the start' : `after step ${String(step)}`,
          color,
        })),
      ],
      panels: [{ ...SIZE, element: plot(document, SIZE, spec) }],
    });
  },
};

/** The fitted parabola, its vertex, and the way from there to the curve. */
function parabola(
  axis: readonly number[],
  at: number,
  vertex: number,
  fit: Derivatives,
  next: Derivatives,
  stroke: string,
): readonly Plot.Markish[] {
  const height = (x: number): number => fit.value + fit.slope * (x - at) + (fit.curvature / 2) * (x - at) ** 2;
  return [
    Plot.line(
      axis.map((x) => [x, height(x)] as const),
      { stroke, strokeWidth: 1.6, strokeDasharray: '6 4', clip: true },
    ),
    Plot.line(
      [
        [vertex, height(vertex)],
        [vertex, next.value],
      ],
      { stroke, strokeWidth: 1.4, strokeDasharray: '2 3' },
    ),
    Plot.dot([[vertex, height(vertex)]], { r: 3.5, fill: stroke }),
  ];
}
