// Statistics over axes, of f32 tensors; a symbolic axis counts with the size it is compiled for.

import { multiplyDims } from '../dim.ts';
import { amax } from '../ops/amax.ts';
import { normalizeAxes } from '../ops/axes.ts';
import { dimSize } from '../ops/dim-size.ts';
import { div } from '../ops/div.ts';
import { mul } from '../ops/mul.ts';
import { neg } from '../ops/neg.ts';
import { sub } from '../ops/sub.ts';
import { sum, type ReductionOptions } from '../ops/sum.ts';
import type { Tensor } from '../tensor.ts';

/** Arithmetic mean over `axes`. Errors: `mean.axis`, `mean.axes`, `div.operands` for other element types. */
export function mean(x: Tensor, options: ReductionOptions = {}): Tensor {
  const axes = normalizeAxes('mean', x, options.axes);
  return div(sum(x, { ...options, axes }), count(x, axes));
}

/** Over which elements a variance is taken, and by what it is divided. */
export interface VarianceOptions extends ReductionOptions {
  /**
   * Subtracted from the number of elements in the divisor: 1 (default, as in PyTorch) for the unbiased estimate, 0
   * for the biased.
   */
  readonly correction?: number;
}

/**
 * Variance over `axes`: the sum of squared distances from the mean, by the number of elements less `correction`.
 * Errors: `variance.axis`, `variance.axes`.
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  const { correction = 1, keepDims = false } = options;
  const axes = normalizeAxes('variance', x, options.axes);
  const distance = sub(x, mean(x, { axes, keepDims: true }));
  return div(sum(mul(distance, distance), { axes, keepDims }), sub(count(x, axes), correction));
}

/** Smallest element over `axes`; as `amax` otherwise. */
export function amin(x: Tensor, options: ReductionOptions = {}): Tensor {
  return neg(amax(neg(x), options));
}

function count(x: Tensor, axes: readonly number[]): Tensor {
  return dimSize(x.builder, multiplyDims(...axes.map((axis) => x.shape[axis])));
}
