// One step of momentum and one of Nesterov's, from the same point with the same velocity.

import * as Plot from '@observablehq/plot';
import { arrange } from '../plot/arrange.ts';
import { contourPlot } from '../plot/contours.ts';
import { COLORS, INK, MUTED } from '../plot/palette.ts';
import { label, plot } from '../plot/scene.ts';
import { descend } from '../run/descend.ts';
import { valueGrid } from '../run/values.ts';
import { valley } from '../surfaces/quadratics.ts';
import type { Point } from '../surfaces/surface.ts';
import type { Figure } from './figure.ts';

const LR = 0.12;
const MOMENTUM = 0.9;
const VELOCITY: Point = [1.7, -2.8];
const SIZE = { width: 760, height: 520 };

export const nesterovStep: Figure = {
  name: 'nesterov-step',
  title: 'One step of momentum and of Nesterov’s momentum',
  async draw({ optimizers, backend, document }) {
    const common = { surface: valley, backend, steps: 1, state: { velocity: VELOCITY } };
    const options = { lr: LR, momentum: MOMENTUM };
    const step = async (optimizer: ReturnType<typeof optimizers.sgd>): Promise<Point> =>
      (await descend({ ...common, optimizer })).points[1];
    const heavy = await step(optimizers.momentum({ ...options, lrInside: true }));
    const ahead = await step(optimizers.nesterov({ ...options, lookAhead: true }));
    const { start } = valley;
    const carried: Point = [start[0] + MOMENTUM * VELOCITY[0], start[1] + MOMENTUM * VELOCITY[1]];
    const grid = await valueGrid(valley, 104, 80, backend);
    const marks = [
      arrow(start, carried, MUTED, '5 4'),
      arrow(carried, heavy, COLORS.momentum, '5 4'),
      arrow(carried, ahead, COLORS.nesterov, '5 4'),
      arrow(start, heavy, COLORS.momentum),
      arrow(start, ahead, COLORS.nesterov),
      ...[carried, heavy, ahead].map((point, index) =>
        Plot.dot([point], { r: 3.5, fill: [MUTED, COLORS.momentum, COLORS.nesterov][index] }),
      ),
      label('θ', start, { dx: -14, fill: INK, fontWeight: 600 }),
      label('look-ahead point θ + μv', carried, { dx: -12, dy: 8, textAnchor: 'end', fill: MUTED }),
      label('momentum: gradient taken at θ', heavy, { dx: 12, dy: 2, textAnchor: 'start', fill: COLORS.momentum }),
      label('Nesterov: gradient taken at θ + μv', ahead, { dx: 12, dy: 2, textAnchor: 'start', fill: COLORS.nesterov }),
    ];
    return arrange(document, {
      title: nesterovStep.title,
      notes: [
        'Both carry μ times the velocity along (grey). Momentum adds the gradient of where it stands and overshoots the valley; Nesterov’s adds that of where the velocity leads (dashed), and turns back.',
        `Rate ${String(LR)}, μ ${String(MOMENTUM)}, v = (${VELOCITY.join(', ').replaceAll('-', '−')}).`,
      ],
      legend: [
        { text: 'μv, carried velocity', color: MUTED },
        { text: 'step of momentum', color: COLORS.momentum },
        { text: 'step of Nesterov', color: COLORS.nesterov },
        { text: 'minimum', color: INK, symbol: '☆' },
      ],
      panels: [
        {
          ...SIZE,
          element: plot(document, SIZE, contourPlot({ surface: valley, grid, paths: [], marks, start: false })),
        },
      ],
    });
  },
};

function arrow(from: Point, to: Point, stroke: string, dashes?: string): Plot.Markish {
  const [[x1, y1], [x2, y2]] = [from, to];
  return Plot.arrow([0], {
    ...{ x1: [x1], y1: [y1], x2: [x2], y2: [y2], stroke, strokeWidth: 2, headLength: 7 },
    ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
  });
}
