// A loss surface over a plane: from above, and in space.

import * as Plot from '@observablehq/plot';
import type { PlotSpec } from './scene.ts';

/** Losses on a square grid around a network, as `lossSurface` of `@netwright/search` gives them. */
export interface LandscapeGrid {
  /** Along each side. */
  readonly points: number;
  /** Both axes go from -range to range. */
  readonly range: number;
  /** Row by row from the smallest y. */
  readonly loss: readonly number[];
}

/** Heights: logarithms, since losses far from a minimum are many times those near it. Points of both pictures share them. */
interface Heights {
  readonly values: readonly number[];
  readonly low: number;
  readonly high: number;
}

const COLORS = { scheme: 'viridis', type: 'linear' } as const;

/** Ends of the colours and heights, e.g. shared by pictures side by side. */
export type LossDomain = readonly [low: number, high: number];

/** The least and the largest finite loss. */
export function lossDomain(...grids: readonly LandscapeGrid[]): LossDomain {
  const values = grids.flatMap(({ loss }) => loss.filter(Number.isFinite));
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return [low, Math.max(high, low * 1.0001 + 1e-9)];
}

/** Contours of the logarithm of the loss; the network is in the middle. */
export function landscapeContours(grid: LandscapeGrid, domain: LossDomain = lossDomain(grid)): PlotSpec {
  const { points, range } = grid;
  const { values, low, high } = heightsOf(grid, domain);
  // Values stand at the grid's points, which are the centres of the cells that a contour is drawn over.
  const edge = range * (1 + 1 / (points - 1));
  return {
    x: { domain: [-range, range], label: 'first direction' },
    y: { domain: [-range, range], label: 'second direction' },
    color: { ...COLORS, domain: [low, high] },
    marks: [
      Plot.contour(values, {
        ...{ width: points, height: points, x1: -edge, x2: edge, y1: -edge, y2: edge },
        fill: Plot.identity,
        stroke: 'white',
        strokeOpacity: 0.5,
        strokeWidth: 0.5,
        thresholds: Array.from({ length: 24 }, (_, level) => low + (level / 24) * (high - low)),
        clip: true,
      }),
      Plot.frame({ stroke: '#8c959f' }),
      Plot.dot([[0, 0]], { r: 4, fill: 'white', stroke: 'black' }),
    ],
  };
}

/** Of the view: about the vertical axis, and down on the plane. */
const TURN = (-35 * Math.PI) / 180;
const TILT = (32 * Math.PI) / 180;
const HEIGHT = 0.9;

/** The surface seen from the side: quadrilaterals from the furthest to the nearest, coloured by the logarithm of the loss. */
export function landscapeSurface(grid: LandscapeGrid, domain: LossDomain = lossDomain(grid)): PlotSpec {
  const { points } = grid;
  const { values, low, high } = heightsOf(grid, domain);
  const project = (row: number, column: number): { readonly at: readonly [number, number]; readonly depth: number } => {
    const [x, y] = [(2 * column) / (points - 1) - 1, (2 * row) / (points - 1) - 1];
    const height = (values[row * points + column] - low) / (high - low);
    const across = x * Math.cos(TURN) - y * Math.sin(TURN);
    const away = x * Math.sin(TURN) + y * Math.cos(TURN);
    return { at: [across, away * Math.sin(TILT) + HEIGHT * height * Math.cos(TILT)], depth: away };
  };
  const quads = Array.from({ length: (points - 1) ** 2 }, (_, index) => {
    const [row, column] = [Math.floor(index / (points - 1)), index % (points - 1)];
    const corners = [
      [row, column],
      [row, column + 1],
      [row + 1, column + 1],
      [row + 1, column],
    ] as const;
    const placed = corners.map(([r, c]) => project(r, c));
    const mean = corners.reduce((sum, [r, c]) => sum + values[r * points + c], 0) / 4;
    const ring = placed.map(({ at }) => at);
    return {
      depth: Math.max(...placed.map(({ depth }) => depth)),
      value: mean,
      geometry: { type: 'Polygon' as const, coordinates: [[...ring, ring[0]]] },
    };
  }).sort((a, b) => b.depth - a.depth);
  return {
    x: { axis: null },
    y: { axis: null },
    projection: {
      type: 'reflect-y',
      domain: {
        type: 'MultiPoint',
        coordinates: [
          [-1.42, -0.8],
          [1.42, 1.55],
        ],
      },
      inset: 4,
    },
    color: { ...COLORS, domain: [low, high] },
    marks: [
      Plot.geo(quads, {
        geometry: 'geometry',
        fill: 'value',
        stroke: 'white',
        strokeOpacity: 0.35,
        strokeWidth: 0.4,
        sort: null,
      }),
    ],
  };
}

/** Losses beyond the domain, and those that are not finite, stand at its ends. */
function heightsOf({ loss }: LandscapeGrid, [lowest, highest]: LossDomain): Heights {
  const [low, high] = [Math.log(Math.max(lowest, 1e-8)), Math.log(Math.max(highest, 2e-8))];
  const values = loss.map((value) =>
    Number.isFinite(value) ? Math.min(high, Math.max(low, Math.log(Math.max(value, 1e-8)))) : high,
  );
  return { values, low, high };
}
