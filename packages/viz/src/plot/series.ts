// Curves and points of named series: distributions, scaling curves, rewards, fronts.

import * as Plot from '@observablehq/plot';
import { INK } from './palette.ts';
import type { PlotSpec } from './scene.ts';

/** What an axis shows. */
export interface Axis {
  readonly label: string;
  /** Default `linear`. */
  readonly type?: 'linear' | 'log';
  /** Default what the points need. */
  readonly domain?: readonly [number, number];
  /** Default what fits. */
  readonly ticks?: readonly number[];
}

/** A band between two curves. */
export interface BandPoint {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** A named curve, in the order of its points. */
export interface Series {
  readonly name: string;
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Default none. */
  readonly band?: readonly BandPoint[];
}

/** Curves over common axes, and how their points are joined. */
export interface SeriesOptions {
  readonly series: readonly Series[];
  readonly x: Axis;
  readonly y: Axis;
  /** `steps` keeps a value until the next point; default `linear`. */
  readonly curve?: 'linear' | 'steps' | 'none';
  /** Whether to mark the points. Default false. */
  readonly dots?: boolean;
}

/** Colours of series, in order; told apart by people who confuse red and green too. */
export const SERIES_COLORS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#24292f',
  '#8c564b',
] as const;

/** Lines, bands below them, dots, or all of these. */
export function seriesPlot({ series, x, y, curve = 'linear', dots = false }: SeriesOptions): PlotSpec {
  return {
    grid: true,
    x: scaleOf(x),
    y: scaleOf(y),
    marks: [
      Plot.frame({ stroke: '#8c959f' }),
      ...series.flatMap(({ band, color }) =>
        band === undefined
          ? []
          : [Plot.areaY(band, { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.18, clip: true })],
      ),
      ...(curve === 'none'
        ? []
        : series.map(({ points, color }) =>
            Plot.line(points, {
              x: 'x',
              y: 'y',
              stroke: color,
              strokeWidth: 1.8,
              curve: curve === 'steps' ? 'step-after' : 'linear',
              clip: true,
            }),
          )),
      ...(dots || curve === 'none'
        ? series.map(({ points, color }) =>
            Plot.dot(points, { x: 'x', y: 'y', fill: color, r: 2.5, fillOpacity: 0.8, clip: true }),
          )
        : []),
    ],
  };
}

/** The empirical distribution function F(e) of each list of errors: the share of networks below an error. */
export function distributionPlot(
  distributions: readonly {
    readonly name: string;
    readonly color: string;
    readonly errors: readonly number[];
    readonly band?: readonly BandPoint[];
  }[],
  domain?: readonly [number, number],
): PlotSpec {
  const series = distributions.map(({ errors, ...rest }): Series => {
    const sorted = [...errors].sort((a, b) => a - b);
    const points = sorted.map((error, index) => ({ x: error, y: (index + 1) / sorted.length }));
    return { ...rest, points: [{ x: sorted[0], y: 0 }, ...points] };
  });
  return seriesPlot({
    series,
    curve: 'steps',
    x: { label: 'error', ...(domain === undefined ? {} : { domain }) },
    y: { label: 'cumulative share of networks', domain: [0, 1] },
  });
}

/** Points, axes, and the part of the first axis in which the best lie. */
export interface ScatterOptions {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly color: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Values of x that the best networks have: a shaded range and its median. */
  readonly range?: { readonly low: number; readonly high: number; readonly median: number };
}

/** A parameter of networks against their errors. */
export function scatterPlot({ points, color, x, y, range }: ScatterOptions): PlotSpec {
  return {
    grid: true,
    x: scaleOf(x),
    y: scaleOf(y),
    marks: [
      ...(range === undefined
        ? []
        : [
            Plot.rectX([range], { x1: 'low', x2: 'high', fill: '#0072b2', fillOpacity: 0.15 }),
            Plot.ruleX([range.median], { stroke: INK, strokeWidth: 1.5 }),
          ]),
      Plot.frame({ stroke: '#8c959f' }),
      Plot.dot(points, { x: 'x', y: 'y', fill: color, r: 2.2, fillOpacity: 0.6, clip: true }),
    ],
  };
}

/** The points that no other one beats in both cost (x) and error (y), by rising cost. */
export function paretoFront<P extends { readonly x: number; readonly y: number }>(points: readonly P[]): readonly P[] {
  let least = Infinity;
  return [...points]
    .sort((a, b) => a.x - b.x || a.y - b.y)
    .filter(({ y }) => {
      const better = y < least;
      if (better) least = y;
      return better;
    });
}

function scaleOf({ label, type = 'linear', domain, ticks }: Axis): Plot.ScaleOptions {
  return {
    label,
    type,
    // Without it, marks at the ends would be cut in half by the frame.
    ...(domain === undefined ? { inset: 6 } : { domain: [...domain] }),
    ...(type === 'log' ? { ticks: 5, tickFormat: '~s' } : {}),
    ...(ticks === undefined ? {} : { ticks: [...ticks] }),
  };
}
