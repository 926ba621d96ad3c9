// The loss whose gradient is much longer along one axis than along the other.

import * as Plot from '@observablehq/plot';
import { arrange } from '../plot/arrange.ts';
import { contourPlot } from '../plot/contours.ts';
import { COLORS, INK } from '../plot/palette.ts';
import { PANEL, plot, SIDE, type PlotSpec } from '../plot/scene.ts';
import { gradientsAt } from '../run/gradients.ts';
import { valueGrid, valuesAt } from '../run/values.ts';
import type { Point } from '../surfaces/surface.ts';
import { unequal } from '../surfaces/unequal.ts';
import type { Figure } from './figure.ts';
import { conditionNote } from './race.ts';

const COLUMNS = 8;
const ROWS = 6;
/** Units of the axes for each unit of gradient. */
const SCALE = 0.14;

export const unequalGradients: Figure = {
  name: 'unequal-gradients',
  title: 'An axis-aligned loss with unequal gradients',
  async draw({ backend, document }) {
    const { x, y } = unequal.window;
    const along = ([low, high]: readonly [number, number], index: number, count: number): number =>
      low + ((index + 0.5) / count) * (high - low);
    const points = Array.from({ length: COLUMNS * ROWS }, (_, at): Point => [
      along(x, at % COLUMNS, COLUMNS),
      along(y, Math.floor(at / COLUMNS), ROWS),
    ]);
    const slopes = await gradientsAt(unequal, points, backend);
    const arrows = points.map(([px, py], index) => {
      const [dx, dy] = slopes[index];
      return { x1: px, y1: py, x2: px - SCALE * dx, y2: py - SCALE * dy };
    });
    const grid = await valueGrid(unequal, 104, 80, backend);
    const offsets = Array.from({ length: 81 }, (_, index) => (index - 40) / 13.4);
    const [mx, my] = unequal.minima[0];
    const slices = [offsets.map((at): Point => [mx + at, my]), offsets.map((at): Point => [mx, my + at])];
    const values = await Promise.all(slices.map((slice) => valuesAt(unequal, slice, backend)));
    const colors = [COLORS.sgd, COLORS.momentum];
    const sections: PlotSpec = {
      x: { label: 'distance from the minimum' },
      y: { label: 'loss', grid: true, zero: true },
      marks: [
        Plot.frame({ stroke: '#8c959f' }),
        ...values.map((value, index) =>
          Plot.line(
            offsets.map((at, position) => [at, value[position]] as const),
            { stroke: colors[index], strokeWidth: 2 },
          ),
        ),
      ],
    };
    const marks = [
      Plot.arrow(arrows, { x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2', stroke: INK, strokeWidth: 1.4, headLength: 6 }),
    ];
    return arrange(document, {
      title: unequalGradients.title,
      notes: [
        'The negative gradient (arrows) points across the valley nearly everywhere: one rate is too large for one weight and too small for the other.',
        await conditionNote(unequal, backend),
      ],
      legend: [
        { text: 'loss along the weight of the small input', color: colors[0] },
        { text: 'along that of the large input', color: colors[1] },
        { text: 'minimum', color: INK, symbol: '☆' },
      ],
      panels: [
        {
          ...PANEL,
          element: plot(document, PANEL, contourPlot({ surface: unequal, grid, paths: [], marks, start: false })),
        },
        { ...SIDE, element: plot(document, SIDE, sections) },
      ],
    });
  },
};
