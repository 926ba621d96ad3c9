// Mean and standard deviation of a dataset's channels.

import { NetwrightError } from '@netwright/ir';
import { chunks, type Dataset } from './dataset.ts';

/** By channel, of pixel values between 0 and 1. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
}

/**
 * Mean and (population) standard deviation over all pixels of all samples, in double precision and one pass; bytes count
 * as 0 to 1. A constant channel gets a std of 1, so that normalizing with it is defined.
 *
 * Partial sums are merged by Chan, Golub and LeVeque, https://doi.org/10.1080/00031305.1983.10483115.
 *
 * @throws NetwrightError `data.statistics` when the dataset is empty.
 */
export async function computeStatistics(dataset: Dataset): Promise<Statistics> {
  if (dataset.length === 0) {
    throw new NetwrightError({
      code: 'data.statistics',
      operation: 'computeStatistics',
      scope: dataset.name,
      expected: 'at least one sample',
      received: 'none',
    });
  }
  const [channels, height, width] = dataset.shape;
  const plane = height * width;
  const totals = Array.from({ length: channels }, (): Moments => ({ count: 0, mean: 0, squares: 0 }));
  for (const indices of chunks(dataset.length)) {
    const { images } = await dataset.read(indices);
    const scale = images instanceof Uint8Array ? 1 / 255 : 1;
    for (let start = 0, channel = 0; start < images.length; start += plane, channel = (channel + 1) % channels) {
      totals[channel] = merge(totals[channel], planeMoments(images, start, plane, scale));
    }
  }
  return {
    mean: totals.map(({ mean }) => mean),
    std: totals.map(({ squares, count }) => Math.sqrt(squares / count) || 1),
  };
}

function planeMoments(images: Uint8Array | Float32Array, start: number, count: number, scale: number): Moments {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += images[i];
  const mean = sum / count;
  let squares = 0;
  for (let i = start; i < start + count; i++) squares += (images[i] - mean) * (images[i] - mean);
  return { count, mean: mean * scale, squares: squares * scale * scale };
}

function merge(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  const delta = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (delta * b.count) / count,
    squares: a.squares + b.squares + delta * delta * ((a.count * b.count) / count),
  };
}
