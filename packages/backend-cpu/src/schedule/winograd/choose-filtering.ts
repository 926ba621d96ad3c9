// Which algorithm is fastest for a sum over windows, by measured costs.

import type { Kernel } from '@netwright/compiler';

import { extentsOf } from '../contraction.ts';
import type { WindowSum } from '../windows.ts';
import { rowsAcrossTiles, type Registers } from '../registers.ts';

/** Outputs of a tile along rows and columns. */
export const tileSides = { '2x2': [2, 2], '2x4': [2, 4], '4x4': [4, 4] } as const;

export type Tile = keyof typeof tileSides;

/** The sum as it stands, or through tiles. */
export type WindowAlgorithm = 'direct' | Tile;

export interface ChooseOptions {
  /** The filter is transformed once, not in every run. */
  readonly isPrepared: boolean;
  readonly precision: 'high' | 'fast';
  readonly registers: Registers;
}

/** Tiles whose sums stay within 2e-6 of the largest, and within 3e-5: larger ones multiply rounding errors more. */
const tilesOf: Readonly<Record<'high' | 'fast', readonly Tile[]>> = {
  high: ['2x2', '2x4'],
  fast: ['2x2', '2x4', '4x4'],
};

/** Nanoseconds. */
interface Costs {
  /** A multiplication and an addition in a register tile. */
  readonly product: number;
  /** A value of a transformed operand, made and stored, or loaded and used up. */
  readonly tile: number;
  /** A value of the copy with zeros around it. */
  readonly copy: number;
  /** A value of a transformed filter made in each run. */
  readonly filter: number;
  /** A value of a prepared filter read for one group of tiles after the other, or once for all. */
  readonly filterLoad: number;
  readonly filterStream: number;
  /** How many times as long that takes where the filter comes from memory. */
  readonly fromMemory: number;
}

/** Of one core with 128-bit vectors. */
const narrow: Costs = {
  product: 1 / 29,
  tile: 0.35,
  copy: 0.2,
  filter: 0.5,
  filterLoad: 0.11,
  filterStream: 0.05,
  fromMemory: 1,
};
/** With wider ones; all cores wait for the same memory. */
const wide: Costs = {
  product: 1 / 55,
  tile: 0.2,
  copy: 0.12,
  filter: 0.5,
  filterLoad: 0.06,
  filterStream: 0.05,
  fromMemory: 3,
};

/** Floats of a filter that no cache holds until the next run. */
const largeFilter = 2 ** 21;

export function chooseFiltering(
  kernel: Kernel,
  sum: WindowSum,
  { isPrepared, precision, registers }: ChooseOptions,
): WindowAlgorithm {
  const costs = registers.lanes > 4 ? wide : narrow;
  const extents = extentsOf(kernel);
  const product = (axes: readonly number[]): number => axes.reduce((all, axis) => all * (extents.get(axis) ?? 1), 1);
  const [rows, columns] = sum.windows.map(({ position }) => extents.get(position) ?? 1);
  const taps = product(sum.windows.map(({ tap }) => tap));
  const batch = product(sum.outputs === 'positions' ? sum.imageAxes : sum.summedAxes);
  const shared = product(sum.sharedAxes);
  const inside = product(sum.outputs === 'positions' ? sum.summedAxes : sum.imageAxes);
  const across = product(sum.otherAxes);
  const pixels = batch * (rows ?? 1) * (columns ?? 1);
  let best: WindowAlgorithm = 'direct';
  let least = pixels * shared * inside * across * taps * costs.product;
  for (const tile of tilesOf[precision]) {
    const [height, width] = tileSides[tile];
    const points = (height + 2) * (width + 2);
    const tiles = batch * Math.ceil((rows ?? 1) / height) * Math.ceil((columns ?? 1) / width);
    const filters = points * shared * inside * across;
    const streamed = rowsAcrossTiles(tiles, registers) !== undefined;
    const loaded = (streamed ? costs.filterStream : costs.filterLoad) * (filters < largeFilter ? 1 : costs.fromMemory);
    const time =
      tiles * filters * costs.product +
      points * tiles * shared * (inside + across) * costs.tile +
      pixels * shared * (inside + across) * costs.copy +
      filters * (sum.outputs === 'taps' || !isPrepared ? costs.filter : loaded);
    if (time < least) {
      least = time;
      best = tile;
    }
  }
  return best;
}
