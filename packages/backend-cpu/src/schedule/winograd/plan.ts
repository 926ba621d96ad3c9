// What the three parts of a transformed sum have in common.

import type { Axis, Index, Kernel } from '@netwright/compiler';
import { axisIndex, constantIndex, zeroIndex, type Extents } from '@netwright/compiler/kernels';

import { extentsOf, firstFreeAxis } from '../contraction.ts';
import type { Window, WindowSum } from '../windows.ts';
import { tileSides, type Tile } from './choose-filtering.ts';
import { filtering, type Filtering } from './toom-cook.ts';

export interface TilePlan {
  readonly kernel: Kernel;
  readonly sum: WindowSum;
  /** Along rows and along columns of the image. */
  readonly down: Filtering;
  readonly across: Filtering;
  readonly taps: number;
  readonly extents: ReadonlyMap<number, number>;
  /** Axes of the row and the column of a tile, after all axes of the kernel, and how many tiles there are. */
  readonly tileAxes: readonly [Axis, Axis];
  /** Axis of the point, where one kernel visits all of them. */
  readonly pointAxis: Axis;
  /** The first axis number that is still free. */
  readonly freeAxis: number;
}

export function planTransform(kernel: Kernel, sum: WindowSum, tile: Tile, taps: number): TilePlan {
  const [down, across] = tileSides[tile].map((outputs) => filtering(outputs, taps)) as [Filtering, Filtering];
  const extents = extentsOf(kernel);
  const first = firstFreeAxis(kernel);
  const tiles = ({ position }: Window, { outputs }: Filtering): number =>
    Math.ceil((extents.get(position) ?? 1) / outputs);
  const tileAxes = [
    { id: first, extent: tiles(sum.windows[0], down) },
    { id: first + 1, extent: tiles(sum.windows[1], across) },
  ] as const;
  const pointAxis = { id: first + 2, extent: down.points * across.points };
  return { kernel, sum, down, across, taps, extents, tileAxes, pointAxis, freeAxis: first + 3 };
}

export function axesNamed(plan: TilePlan, ids: readonly number[]): readonly Axis[] {
  return ids.map((id) => ({ id, extent: plan.extents.get(id) ?? 1 }));
}

export function indicesOf(axes: readonly Axis[]): readonly Index[] {
  return axes.map(({ id }) => axisIndex(id));
}

export function shapeOf(axes: readonly Axis[]): readonly number[] {
  return axes.map(({ extent }) => extent);
}

export function extentsWith(...axes: readonly (readonly Axis[])[]): Extents {
  return new Map(axes.flat().map(({ id, extent }) => [id, extent]));
}

/** Indices in place of axes: those of one step become 0, and the given ones replace theirs. */
export function substitution(
  { kernel }: TilePlan,
  given: readonly (readonly [number, Index])[],
): ReadonlyMap<number, Index> {
  const single = [...kernel.axes, ...kernel.reductionAxes].filter(({ extent }) => extent === 1);
  return new Map([...single.map(({ id }) => [id, zeroIndex] as const), ...given]);
}

/** Where tap `k` of the filter lies, counted so that the image is read at `position + k`. */
export function tapIndex({ sign }: Window, k: number, taps: number): Index {
  return constantIndex(sign === 1 ? k : taps - 1 - k);
}

/** `rows` by `columns` values. */
export function grid<T>(
  rows: number,
  columns: number,
  make: (row: number, column: number) => T,
): readonly (readonly T[])[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_unused, column) => make(row, column)),
  );
}
