// What is decided about the tiles of a kernel, and what a target prefers.

import type { LoweredKernel } from './lowered.ts';

/** Bytes of a cache line: whole vectors of every target. */
export const cacheLine = 64;

/** Tuning of the generator for a target. */
export interface TileTuning {
  /** f32 values in a vector. */
  readonly lanes: number;
  /** Rows of a contraction's tile by its vectors (index 1 to `vectors`). */
  readonly rows: readonly number[];
  /** Vectors of a sliding window, its weights and its sums that fit the registers. */
  readonly windowVectors: number;
  /** Largest number of vectors along the lanes in a tile. */
  readonly vectors: number;
  /** Steps of a reduction between reloads of the accumulators, when each step touches new cache lines. */
  readonly reductionChunk: number;
  /** Most products that are added one after the other. */
  readonly longestSum: number;
  /** Steps of a sum in one turn of its innermost loop, where that many divide them evenly: pointers and the counter move once in a turn. */
  readonly stepsPerTurn: number;
  /** Bytes of the splatted operand that one group of rows should span. */
  readonly rowGroupBytes: number;
  /** Bytes of an output that the caches will have lost before anybody reads it. */
  readonly uncachedBytes: number;
  /** Whether the target can fetch what is needed later. */
  readonly canPrefetch: boolean;
}

/** Two pixels by 16 channels: measured best for 15 vector registers. */
export const simd128Tuning: TileTuning = {
  lanes: 4,
  rows: [1, 4, 4, 2, 2],
  windowVectors: 14,
  vectors: 4,
  reductionChunk: 64,
  longestSum: 192,
  stepsPerTurn: 2,
  rowGroupBytes: 1 << 17,
  uncachedBytes: Infinity,
  canPrefetch: false,
};

/** A loop over blocks of a tiled output axis, which are divided evenly among `parts` iterations of the outermost, shared loop. */
export interface BlockLoop {
  readonly axis: number;
  readonly parts: number;
}

/** The `depth` outermost loops over reduction axes add up partial sums, and so do pieces of `chunk` steps of the next one, if not 0. */
export interface PartialSums {
  readonly depth: number;
  readonly chunk: number;
}

/** Cache lines to fetch in each step of a sum: those of one operand for a later tile or slice. */
export interface Prefetch {
  readonly slot: number;
  /** Bytes from what the step reads of the operand. */
  readonly ahead: readonly number[];
  /** The axis of the sum along which lines are fetched one after the other, however little the operand itself moves. */
  readonly lineByLine: number | undefined;
}

export interface TilePlan {
  /** Elements of a vector. */
  readonly lanes: number;
  readonly lane: number | undefined;
  /** Elements of each axis that one tile covers; 1 where absent. */
  readonly tile: ReadonlyMap<number, number>;
  /** Flattened into the loop that threads share, outermost first. */
  readonly shared: readonly BlockLoop[];
  /** Loops inside one shared iteration, outermost first. */
  readonly inner: readonly number[];
  /** Reduction axes with loops, outermost first. */
  readonly reduction: readonly number[];
  /** Outermost loops over slices of reduction axes; accumulators are kept in the output between slices. */
  readonly slices: readonly { readonly axis: number; readonly size: number }[];
  /** Some operand of the reduction is one value for all lanes. */
  readonly splat: boolean;
  /** How partial sums are added up, where not everything is one sum. */
  readonly partial: PartialSums | undefined;
  /** Slots of outputs that are stored past the caches. */
  readonly uncached: ReadonlySet<number>;
  /** What each step of the sum fetches ahead. */
  readonly prefetches: readonly Prefetch[];
  /** As in {@link TileTuning}. */
  readonly stepsPerTurn: number;
  /** Estimated vector instructions of the whole kernel. */
  readonly cost: number;
}

export interface TileShape {
  readonly tile: Map<number, number>;
  readonly row: number | undefined;
  /** Some operand of the reduction is one value for all lanes. */
  readonly splat: boolean;
}

export function extentOf(kernel: LoweredKernel, axis: number): number {
  return kernel.extents.get(axis) ?? 1;
}

/** The size of the parts when as few parts of at most `size` as possible are even. */
export function evenSize(extent: number, size: number): number {
  return Math.ceil(extent / Math.ceil(extent / size));
}
