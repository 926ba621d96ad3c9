// Loss by step.

import * as Plot from '@observablehq/plot';
import type { PlotSpec } from './scene.ts';

/** A curve with its colour. */
export interface DrawnLoss {
  /** Distance of the loss from its lowest value, for each step from 0. */
  readonly excess: readonly number[];
  readonly color: string;
}

/** Smallest distance that is drawn; what is nearer is at the minimum for every purpose of a picture. */
const FLOOR = 1e-10;

/** Losses beyond this multiple of the start's leave the frame. */
const CEILING = 1e3;

/** Curves of loss by step, on a logarithmic scale; a curve that leaves the picture at the top is cut there. */
export function lossPlot(losses: readonly DrawnLoss[]): PlotSpec {
  const drawn = losses.map(({ excess, color }) => ({
    color,
    points: excess.map((value, step) => [step, Math.max(value, FLOOR)] as const),
  }));
  const values = drawn.flatMap(({ points }) => points.map(([, value]) => value));
  const start = Math.max(...losses.map(({ excess }) => excess[0]));
  const highest = Math.min(Math.max(...values), start * CEILING);
  const lowest = Math.min(...values);
  return {
    x: { label: 'step', domain: [0, Math.max(...drawn.map(({ points }) => points.length - 1))] },
    y: { label: 'loss above the minimum', grid: true, ...scaleOf(lowest, highest) },
    marks: [
      Plot.frame({ stroke: '#8c959f' }),
      ...drawn.map(({ points, color }) => Plot.line(points, { stroke: color, strokeWidth: 1.9, clip: true })),
    ],
  };
}

/** Logarithmic over whole decades; linear where there are only a few. */
function scaleOf(lowest: number, highest: number): Plot.ScaleOptions {
  const [first, last] = [Math.floor(Math.log10(lowest)), Math.ceil(Math.log10(highest))];
  if (last - first < 3) return { type: 'linear', domain: [0, highest * 1.05] };
  const every = Math.ceil((last - first) / 7);
  const ticks = Array.from(
    { length: Math.floor((last - first) / every) + 1 },
    (_, index) => 10 ** (last - index * every),
  );
  return { type: 'log', domain: [10 ** first, 10 ** last], ticks, tickFormat: '~e' };
}
