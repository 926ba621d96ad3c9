// What is decided about the tiles of a kernel, and what a target prefers.

import type { LoweredKernel } from './lowered.ts';

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
  /** Most times that a panel of a large operand is used up before the next one is worth fetching ahead; 0 where the target cannot. */
  readonly prefetchedPasses: number;
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
  prefetchedPasses: 0,
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
  /** In each step of the sum, what lies so many bytes ahead of this operand is fetched: the next panel, where they come from memory. */
  readonly prefetch: { readonly slot: number; readonly bytes: number } | undefined;
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
