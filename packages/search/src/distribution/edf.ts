// Distributions of errors of the networks of a space, as in section 3.1 of arXiv:2003.13678.

import { NetwrightError } from '@netwright/ir';
import { mean, medianSorted, quantileSorted } from 'simple-statistics';
import { uniforms } from '../random.ts';

/** The errors of a sample of networks, and what is usually asked of them. */
export interface ErrorDistribution {
  readonly count: number;
  /** Ascending. */
  readonly errors: readonly number[];
  readonly best: number;
  readonly median: number;
  readonly mean: number;
  /** F(e): the share of networks whose error is below e. */
  shareBelow(error: number): number;
}

/**
 * The empirical distribution of the errors of networks.
 *
 * @throws NetwrightError `search.errors` for no errors, or one that is not finite: leave failed networks out, and state their number.
 */
export function errorDistribution(values: readonly number[]): ErrorDistribution {
  const errors = sortedErrors('errorDistribution', values);
  return {
    count: errors.length,
    errors,
    best: errors[0],
    median: medianSorted(errors),
    mean: mean(errors),
    shareBelow: (error) => countBelow(errors, error) / errors.length,
  };
}

/** Two ends, both inside. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** How often is drawn anew, and how much of what comes out is inside the band. */
export interface BootstrapOptions {
  /** Samples with replacement. Default 1000. */
  readonly resamples?: number;
  /** Share of them inside the band. Default 0.95. */
  readonly level?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** Within what the distribution function, the median and the best of as large a sample lie, as far as the sample tells. */
export interface DistributionBands {
  /** Of F at each of the given errors. */
  readonly shares: readonly Band[];
  readonly median: Band;
  /** It begins at the best of the sample itself: samples drawn anew have none better. */
  readonly best: Band;
}

/** Percentile bootstrap: bands of F at the errors `at`, of the median and of the best. */
export function bootstrapBands(
  values: readonly number[],
  at: readonly number[],
  { resamples = 1000, level = 0.95, seed = 0 }: BootstrapOptions = {},
): DistributionBands {
  const errors = sortedErrors('bootstrapBands', values);
  const shares: number[][] = at.map(() => []);
  const medians: number[] = [];
  const best: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const share = uniforms(seed, resample, 0);
    const picked = Int32Array.from(errors, (_, index) => Math.floor(share(index) * errors.length)).sort();
    const drawn = Array.from(picked, (index) => errors[index]);
    medians.push(medianSorted(drawn));
    best.push(drawn[0]);
    at.forEach((error, index) => shares[index].push(countBelow(drawn, error) / drawn.length));
  }
  return {
    shares: shares.map((drawn) => bandOf(drawn, level)),
    median: bandOf(medians, level),
    best: bandOf(best, level),
  };
}

/** The range of a number in which the best networks of a space have it. */
export interface BestRange extends Band {
  /** The most likely best value. */
  readonly median: number;
}

/**
 * The values of a parameter that the best networks have, by the empirical bootstrap of the paper: a quarter of the networks is drawn with replacement and the value of
 * the best one kept, 10,000 times; the range holds 95 % of these.
 *
 * @throws NetwrightError `search.errors` for no networks, lists of different lengths, or errors that are not finite.
 */
export function bestRange(
  parameter: readonly number[],
  errors: readonly number[],
  {
    resamples = 10_000,
    level = 0.95,
    seed = 0,
    share: drawnShare = 0.25,
  }: BootstrapOptions & { readonly share?: number } = {},
): BestRange {
  sortedErrors('bestRange', parameter.length === errors.length ? errors : []);
  const size = Math.max(1, Math.round(errors.length * drawnShare));
  const values = Array.from({ length: resamples }, (_, resample) => {
    const share = uniforms(seed, resample, 1);
    let best = Math.floor(share(0) * errors.length);
    for (let draw = 1; draw < size; draw++) {
      const index = Math.floor(share(draw) * errors.length);
      if (errors[index] < errors[best]) best = index;
    }
    return parameter[best];
  }).sort((a, b) => a - b);
  return { ...bandOf(values, level), median: medianSorted(values) };
}

function bandOf(values: readonly number[], level: number): Band {
  const sorted = [...values].sort((a, b) => a - b);
  return { low: quantileSorted(sorted, (1 - level) / 2), high: quantileSorted(sorted, (1 + level) / 2) };
}

/** Elements of an ascending list that are below `value`. */
function countBelow(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sortedErrors(operation: string, values: readonly number[]): number[] {
  if (values.length > 0 && values.every(Number.isFinite)) return [...values].sort((a, b) => a - b);
  throw new NetwrightError({
    code: 'search.errors',
    operation,
    expected: 'one finite error or more, and as many values of the parameter',
    received: values.length === 0 ? 'none' : String(values.find((value) => !Number.isFinite(value))),
    hint: 'leave out networks that failed, and state how many there are',
  });
}
