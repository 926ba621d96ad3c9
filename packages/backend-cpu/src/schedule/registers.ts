// The target's register tiles, as far as a schedule arranges data for them.

import type { TileTuning } from '../generate/tile-plan.ts';

export type Registers = Pick<TileTuning, 'lanes' | 'rows'>;

/** As many hide the latency of an addition. */
const fewestAccumulators = 8;
/** From here on steps of the sum would touch new cache lines of both operands. */
const cacheLineFloats = 16;
const widths = [16, 12, 8];

/** Channels of one panel that divides them evenly, where there is such a panel: rather one without unused lanes. */
export function evenPanel(channels: number, { lanes }: Pick<Registers, 'lanes'>): number | undefined {
  const even = widths.filter((width) => channels % width === 0);
  return even.find((width) => width % lanes === 0) ?? even[0];
}

/** Channels of one panel where the last one may be filled up: those that leave the fewest lanes unused. */
export function filledPanel(channels: number, { lanes }: Pick<Registers, 'lanes'>): number {
  const taken = (width: number): number => Math.ceil(channels / width) * Math.ceil(width / lanes) * lanes;
  return widths.reduce((best, one) => (taken(one) < taken(best) ? one : best));
}

/**
 * Where all tiles of an image fill the vectors of one register tile: the channels of the filter that it has as rows. Then each value of a filter, which
 * may come from memory, is used for all tiles at once. Otherwise undefined: the lanes are channels, and a panel of the filter is read for each group of tiles.
 */
export function rowsAcrossTiles(tiles: number, { lanes, rows }: Registers): number | undefined {
  const vectors = tiles / lanes;
  const found = tiles < cacheLineFloats && Number.isInteger(vectors) ? rows[vectors] : undefined;
  return found !== undefined && found * vectors >= fewestAccumulators ? found : undefined;
}
