// Which algorithm is fastest for a sum over windows, by costs measured on one core with 128-bit vectors.

import type { Kernel } from '@netwright/compiler';

import { extentsOf } from '../contraction.ts';
import type { WindowSum } from '../windows.ts';

/** The sum as it stands, or the outputs of a tile along each dimension. */
export type WindowAlgorithm = 'direct' | 2 | 4;

export interface ChooseOptions {
  /** The filter is transformed once, not in every run. */
  readonly isPrepared: boolean;
  readonly largestTile: 2 | 4;
}

/** Nanoseconds. */
const costs = {
  /** A multiplication and an addition in a register tile. */
  product: 1 / 29,
  /** A value of a transformed operand, made and stored, or loaded and used up. */
  tile: 0.35,
  /** A value of the copy with zeros around it. */
  copy: 0.2,
  /** A value of a transformed filter made in each run. */
  filter: 0.5,
  /** A value of a transformed filter read once for each group of rows. */
  filterLoad: 0.07,
} as const;

export function chooseFiltering(
  kernel: Kernel,
  sum: WindowSum,
  { isPrepared, largestTile }: ChooseOptions,
): WindowAlgorithm {
  const extents = extentsOf(kernel);
  const product = (axes: readonly number[]): number => axes.reduce((all, axis) => all * (extents.get(axis) ?? 1), 1);
  const [rows, columns] = sum.windows.map(({ position }) => extents.get(position) ?? 1);
  const taps = sum.windows.reduce((all, { tap }) => all * (extents.get(tap) ?? 1), 1);
  const batch = product(sum.outputs === 'positions' ? sum.imageAxes : sum.summedAxes);
  const shared = product(sum.sharedAxes);
  const inside = product(sum.outputs === 'positions' ? sum.summedAxes : sum.imageAxes);
  const across = product(sum.otherAxes);
  const pixels = batch * (rows ?? 1) * (columns ?? 1);
  let best: WindowAlgorithm = 'direct';
  let least = pixels * shared * inside * across * taps * costs.product;
  for (const tile of [2, 4] as const) {
    if (tile > largestTile) continue;
    const points = (tile + 2) ** 2;
    const tiles = batch * Math.ceil((rows ?? 1) / tile) * Math.ceil((columns ?? 1) / tile);
    const filters = points * shared * inside * across;
    const time =
      tiles * filters * costs.product +
      points * tiles * shared * (inside + across) * costs.tile +
      pixels * shared * (inside + across) * costs.copy +
      filters * (sum.outputs === 'taps' || !isPrepared ? costs.filter : costs.filterLoad);
    if (time < least) {
      least = time;
      best = tile;
    }
  }
  return best;
}
