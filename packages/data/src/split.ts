// A training and a validation part of one dataset.

import { NetwrightError } from '@netwright/ir';
import { readLabels, type Dataset } from './dataset.ts';
import { shuffleWithStream } from './shuffle.ts';
import { subset } from './subset.ts';

const SPLIT_STREAM = 0x5b17;

/** How many samples go to the validation part, and by which chance. */
export interface SplitOptions {
  /** Share of the samples, above 0 and below 1, or their number. */
  readonly validation: number;
  /** Decides which samples go where. Default 0. */
  readonly seed?: number;
  /** Whether every class gets its share, to within one sample. Default true. */
  readonly stratify?: boolean;
}

/**
 * Splits a dataset at random into a training and a validation part, both in the order of the dataset.
 *
 * @throws NetwrightError `data.split` when either part would be empty.
 */
export async function splitDataset(
  dataset: Dataset,
  { validation, seed = 0, stratify = true }: SplitOptions,
): Promise<{ readonly train: Dataset; readonly validation: Dataset }> {
  const count = validation < 1 ? Math.round(validation * dataset.length) : validation;
  if (!Number.isInteger(count) || count < 1 || count >= dataset.length) {
    throw new NetwrightError({
      code: 'data.split',
      operation: 'splitDataset',
      scope: dataset.name,
      expected: 'a share or a number of samples that leaves something in both parts',
      received: `${String(validation)} of ${String(dataset.length)} samples`,
    });
  }
  const order = shuffleWithStream(dataset.length, seed, 0, SPLIT_STREAM);
  const quotas = stratify ? classQuotas(await readLabels(dataset), dataset.classes.length, count) : undefined;
  const chosen = quotas === undefined ? order.subarray(0, count) : chooseByClass(order, quotas);
  const inValidation = new Uint8Array(dataset.length);
  for (const index of chosen) inValidation[index] = 1;
  const part = (wanted: number, name: string): Dataset =>
    subset(
      dataset,
      Int32Array.from(inValidation.keys()).filter((index) => inValidation[index] === wanted),
      `${dataset.name} (${name})`,
    );
  return { train: part(0, 'training part'), validation: part(1, 'validation part') };
}

interface Quotas {
  readonly labels: Int32Array;
  /** Samples wanted of each class. */
  readonly wanted: Int32Array;
}

/** Shares of the classes in proportion to their size, rounded by largest remainder so that they add up to `count`. */
function classQuotas(labels: Int32Array, classes: number, count: number): Quotas {
  const sizes = new Int32Array(classes);
  for (const label of labels) sizes[label]++;
  const shares = Array.from(sizes, (size) => (size * count) / labels.length);
  const wanted = Int32Array.from(shares, Math.floor);
  const byRemainder = [...shares.keys()].sort((a, b) => (shares[b] % 1) - (shares[a] % 1) || a - b);
  const left = count - wanted.reduce((sum, share) => sum + share, 0);
  for (const label of byRemainder.slice(0, left)) wanted[label]++;
  return { labels, wanted };
}

function chooseByClass(order: Int32Array, { labels, wanted }: Quotas): Int32Array {
  const left = wanted.slice();
  return order.filter((index) => left[labels[index]]-- > 0);
}
