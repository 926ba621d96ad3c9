// A surface seen from above, with paths over it.

import * as Plot from '@observablehq/plot';
import type { Grid } from '../run/values.ts';
import type { Point, Surface } from '../surfaces/surface.ts';
import { INK } from './palette.ts';
import { label, type PlotSpec } from './scene.ts';

/** Points in order, joined by a line. */
export interface DrawnPath {
  readonly points: readonly Point[];
  readonly color: string;
}

/** A surface, its values on a grid, and what is drawn on top. */
export interface ContourOptions {
  readonly surface: Surface;
  readonly grid: Grid;
  readonly paths: readonly DrawnPath[];
  /** Marks over the paths. */
  readonly marks?: readonly Plot.Markish[];
  /** Whether to mark the start. Default true. */
  readonly start?: boolean;
}

const LEVELS = 17;

/** Contours, the minima, the start, and the paths, clipped to the frame. */
export function contourPlot({ surface, grid, paths, marks = [], start = true }: ContourOptions): PlotSpec {
  const { window, axes = ['x', 'y'] } = surface;
  const lowest = grid.values.reduce((least, value) => Math.min(least, value), Infinity);
  const highest = grid.values.reduce((most, value) => Math.max(most, value), -Infinity);
  // Cube roots: levels that are dense near the minimum, where paths end, and still reach the corners.
  const heights = grid.values.map((value) => Math.cbrt((value - lowest) / (highest - lowest)));
  const [x1, x2] = window.x;
  const [y1, y2] = window.y;
  return {
    x: { domain: [x1, x2], label: axes[0] },
    y: { domain: [y1, y2], label: axes[1] },
    color: { type: 'linear', domain: [0, 1], range: ['#ffffff', '#b6c8da'] },
    marks: [
      Plot.contour(heights, {
        ...{ width: grid.columns, height: grid.rows, x1, x2, y1, y2 },
        fill: Plot.identity,
        stroke: '#8fa5bb',
        strokeWidth: 0.6,
        thresholds: Array.from({ length: LEVELS }, (_, level) => level / LEVELS),
        clip: true,
      }),
      Plot.frame({ stroke: '#8c959f' }),
      ...paths.flatMap((path, index) => pathMarks(path, index)).reverse(),
      ...surface.minima.map(([x, y]) => Plot.dot([[x, y]], { symbol: 'star', r: 6, stroke: INK, strokeWidth: 1.2 })),
      ...(surface.saddle === undefined
        ? []
        : [Plot.dot([surface.saddle], { symbol: 'diamond', r: 5, stroke: INK, strokeWidth: 1.2 })]),
      ...(start ? [Plot.dot([surface.start], { r: 5, fill: 'white', stroke: INK, strokeWidth: 1.8 })] : []),
      ...(start ? [label('start', surface.start, { dy: -14, fill: INK })] : []),
      ...marks,
    ],
  };
}

/** The first path lies on top, and those below it are wider, so that one hidden by another still shows. */
function pathMarks({ points, color }: DrawnPath, depth: number): readonly Plot.Markish[] {
  const strokeWidth = 1.6 + Math.min(0.35 * depth, 1);
  const r = (points.length > 100 ? 0.4 : 1.1) + strokeWidth / 2;
  return [
    Plot.dot(points.slice(1), { fill: color, r, clip: true }),
    Plot.line(points, { stroke: color, strokeWidth, strokeLinejoin: 'round', clip: true }),
  ];
}
