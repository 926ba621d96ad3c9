// Cuts a sum over windows in parts that use the same scratch memory, one after the other.

import type { Kernel } from '@netwright/compiler';

import { extentsOf } from '../contraction.ts';
import { pitchOf } from '../pitch.ts';
import { restrictAxis } from '../restrict-axis.ts';
import type { WindowSum } from '../windows.ts';
import { tileSides, type Tile } from './choose-filtering.ts';

/** More parts would be too small for their tiles. */
const mostParts = 8;
/** Parts of a channel axis are whole panels. */
const channelUnit = 8;

interface Cut {
  readonly axis: number;
  /** Parts begin at multiples of this. */
  readonly unit: number;
  /** Bytes that stay whole, and bytes of which each part needs its share. */
  readonly whole: number;
  readonly divided: number;
}

/** Bytes for transformed operands and products. */
export interface Room {
  readonly wanted: number;
  /** Where `wanted` cannot be kept to, and where that cannot either. */
  readonly most: number;
  readonly floor: number;
}

/**
 * The kernel in as few parts as keep transformed operands and products within the room; where none do, in those that take least.
 *
 * @param isPrepared - whether the transformed filter lies elsewhere.
 */
export function splitForMemory(
  kernel: Kernel,
  sum: WindowSum,
  tile: Tile,
  { wanted, most, floor }: Room,
  isPrepared: boolean,
): readonly Kernel[] {
  const extents = extentsOf(kernel);
  const { whole, cuts } = cutsOf(sum, tile, extents, isPrepared);
  const choices: Choice[] = [{ axis: undefined, size: 0, bytes: whole }];
  for (let parts = 2; parts <= mostParts; parts += 1) {
    for (const { axis, unit, whole: undivided, divided } of cuts) {
      const extent = extents.get(axis) ?? 1;
      const size = Math.ceil(extent / parts / unit) * unit;
      if (size < extent) choices.push({ axis, size, bytes: undivided + (divided * size) / extent });
    }
  }
  const within = (room: number): Choice | undefined => choices.find(({ bytes }) => bytes <= room);
  const smallest = choices.reduce((a, b) => (b.bytes < a.bytes ? b : a));
  const { axis, size } = within(wanted) ?? within(most) ?? within(floor) ?? smallest;
  if (axis === undefined) return [kernel];
  const extent = extents.get(axis) ?? 1;
  return Array.from({ length: Math.ceil(extent / size) }, (_, part) => ({
    ...restrictAxis(kernel, axis, part * size, Math.min(size, extent - part * size)),
    name: `${kernel.name}/part${String(part)}`,
  }));
}

/** Parts of `size` positions of an axis, and the bytes that they take. */
interface Choice {
  readonly axis: number | undefined;
  readonly size: number;
  readonly bytes: number;
}

/** Bytes of scratch with the copy of the image that has zeros around it, and what cutting each axis does to them. */
function cutsOf(
  { windows, outputs, imageAxes, otherAxes, sharedAxes, summedAxes }: WindowSum,
  tile: Tile,
  extents: ReadonlyMap<number, number>,
  isPrepared: boolean,
): { readonly whole: number; readonly cuts: readonly Cut[] } {
  const product = (axes: readonly number[]): number => axes.reduce((all, axis) => all * (extents.get(axis) ?? 1), 1);
  const [height, width] = tileSides[tile];
  const [rows, columns] = windows.map(({ position }) => ({ position, extent: extents.get(position) ?? 1 }));
  if (rows === undefined || columns === undefined) return { whole: 0, cuts: [] };
  const isForward = outputs === 'positions';
  const shared = 4 * product(sharedAxes);
  const batch = product(isForward ? imageAxes : summedAxes);
  const inside = product(isForward ? summedAxes : imageAxes);
  const across = product(otherAxes);
  const plane = (height + 2) * (width + 2) * shared;
  const tiles = batch * Math.ceil(rows.extent / height) * Math.ceil(columns.extent / width);
  const copy = batch * (rows.extent + 2) * (columns.extent + 2) * shared * pitchOf(inside);
  const image = plane * tiles * pitchOf(inside);
  const other = plane * tiles * pitchOf(across);
  const filter = plane * inside * across;
  const channels = (axes: readonly number[], whole: number, divided: number): readonly Cut[] =>
    axes.map((axis) => ({ axis, unit: channelUnit, whole, divided }));
  if (!isForward)
    return {
      whole: copy + image + other + filter,
      cuts: [
        ...channels(otherAxes, copy + image, other + filter),
        ...channels(imageAxes, copy + other, image + filter),
      ],
    };
  const kept = isPrepared ? 0 : filter;
  const divided = { whole: copy + kept, divided: image + other };
  return {
    whole: copy + image + kept + other,
    cuts: [
      ...imageAxes.map((axis) => ({ axis, unit: 1, ...divided })),
      { axis: rows.position, unit: height, ...divided },
      ...(isPrepared ? [] : channels(otherAxes, copy + image, kept + other)),
    ],
  };
}
