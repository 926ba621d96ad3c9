// Batches of a dataset, from a cursor that can be saved.

import { NetwrightError } from '@netwright/ir';
import type { Dataset, ImageShape } from './dataset.ts';
import { shuffledOrder } from './shuffle.ts';
import { compose } from './transforms/compose.ts';
import { toFloat } from './transforms/to-float.ts';
import { ROOT_STREAM, type Transform } from './transforms/transform.ts';

/** The next batch to read: epochs done, and samples done in the current one. Plain JSON. */
export interface BatchCursor {
  readonly epoch: number;
  readonly position: number;
}

/** Some samples, ready for a model, with the place to go on from. */
export interface Batch {
  /** Row-major [n, C, H, W]. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  /** `[channels, height, width]` of each image. */
  readonly shape: ImageShape;
  /** Positions of the samples in the dataset. */
  readonly indices: Int32Array;
  /** Where to go on after this batch; position 0 of the next epoch after the last one. */
  readonly cursor: BatchCursor;
}

/** Size, order and augmentation of batches. */
export interface BatchOptions {
  readonly batchSize: number;
  /** Default false. */
  readonly shuffle?: boolean;
  /** Decides the order and all augmentation. Default 0. */
  readonly seed?: number;
  /** Leave out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
  /** Applied in order to images that are floats already (bytes become 0 to 1). Default none. */
  readonly transforms?: readonly Transform[];
  /** Default the start of the first epoch. */
  readonly cursor?: BatchCursor;
}

/** Batches in an epoch of `length` samples: ceil(length / batchSize), or floor with `dropLast`. */
export function batchesPerEpoch(
  length: number,
  { batchSize, dropLast = false }: Pick<BatchOptions, 'batchSize' | 'dropLast'>,
): number {
  return dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
}

/**
 * The rest of the cursor's epoch. Each batch is a pure function of the dataset, the options and the cursor, so a run that
 * stops after any batch and goes on from its cursor sees the batches that it would have seen.
 *
 * @throws NetwrightError `data.batchSize` unless it is a positive integer, `data.cursor` when the cursor is not one of this dataset.
 */
export function createBatches(dataset: Dataset, options: BatchOptions): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, cursor = { epoch: 0, position: 0 } } = options;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new NetwrightError({
      code: 'data.batchSize',
      operation: 'createBatches',
      scope: dataset.name,
      expected: 'a positive integer',
      received: String(batchSize),
    });
  }
  checkCursor(dataset, cursor);
  return generateBatches(dataset, options, cursor);
}

async function* generateBatches(
  dataset: Dataset,
  { batchSize, shuffle = false, seed = 0, dropLast = false, transforms = [] }: BatchOptions,
  { epoch, position }: BatchCursor,
): AsyncGenerator<Batch, void, undefined> {
  const order = shuffle ? shuffledOrder(dataset.length, seed, epoch) : undefined;
  const end = dropLast ? dataset.length - (dataset.length % batchSize) : dataset.length;
  const { shape } = dataset;
  const transform = compose(transforms);
  for (let start = position; start < end; start += batchSize) {
    const stop = Math.min(start + batchSize, end);
    const indices =
      order?.slice(start, stop) ?? Int32Array.from({ length: stop - start }, (_, offset) => start + offset);
    const samples = await dataset.read(indices);
    const context = { seed, epoch, stream: ROOT_STREAM, indices, shape };
    yield {
      images: transform.apply(toFloat(samples.images), context),
      labels: samples.labels,
      shape,
      indices,
      cursor: stop === end ? { epoch: epoch + 1, position: 0 } : { epoch, position: stop },
    };
  }
}

function checkCursor({ name, length }: Dataset, { epoch, position }: BatchCursor): void {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (isCount(epoch) && isCount(position) && (position === 0 || position < length)) return;
  throw new NetwrightError({
    code: 'data.cursor',
    operation: 'createBatches',
    scope: name,
    expected: `an epoch from 0 and a position from 0 to ${String(Math.max(0, length - 1))}`,
    received: `epoch ${String(epoch)}, position ${String(position)}`,
    hint: 'a cursor belongs to the dataset whose batch it came with',
  });
}
