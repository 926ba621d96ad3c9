import { mean } from '../functions/statistics.ts';
import { broadcastTo } from '../ops/broadcast-to.ts';
import { div } from '../ops/div.ts';
import { eq } from '../ops/eq.ts';
import { mul } from '../ops/mul.ts';
import { reshape } from '../ops/reshape.ts';
import { sum } from '../ops/sum.ts';
import { where } from '../ops/where.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';

/** What is left of the losses of single elements: their mean, their sum, or all of them. */
export type Reduction = 'mean' | 'sum' | 'none';

/** How a loss of many elements becomes one number. */
export interface ReductionOption {
  /** `none` gives one value for each element of the target. Default `mean`, over all of them. */
  readonly reduction?: Reduction;
}

/** Losses before they are reduced. */
export interface Losses {
  readonly values: Tensor;
  /** What each value counts in the mean, of the same shape. Default 1. */
  readonly counts?: Tensor | undefined;
}

/** All values, their sum, or their mean. */
export function reduceLoss({ values, counts }: Losses, reduction: Reduction): Tensor {
  if (reduction === 'none') return values;
  if (reduction === 'sum') return sum(values);
  return counts === undefined ? mean(values) : div(sum(values), sum(counts));
}

/**
 * The mean of values [N, ...] weighted by `sampleWeight` [N], where there is one. A sample of weight 0 is left out, whatever its
 * value. `<operation>.operands` for weights of another type.
 */
export function weightedMean(operation: string, losses: Losses, sampleWeight: Tensor | undefined): Tensor {
  if (sampleWeight === undefined) return reduceLoss(losses, 'mean');
  const { values, counts } = losses;
  const check = new ShapeCheck(operation, [values.type, sampleWeight.type], values.builder.scope);
  check.require(
    sampleWeight.dtype === 'f32' && sampleWeight.shape.length === 1 && sampleWeight.shape[0] === values.shape[0],
    'the sample weights are not f32 with one for each sample',
  );
  check.done('losses [N, ...] and sample weights [N]');
  const column = values.shape.map((dim, axis) => (axis === 0 ? dim : 1));
  const weights = broadcastTo(reshape(sampleWeight, column), values.shape);
  const total = sum(where(eq(weights, 0), 0, mul(values, weights)));
  return div(total, sum(counts === undefined ? weights : mul(counts, weights)));
}
