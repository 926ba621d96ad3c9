import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import type { Tensor } from '../tensor.ts';
import type { Loss } from './loss.ts';
import { reduceLoss, weightedMean, type ReductionOption } from './reduce.ts';
import { requireSameType } from './same-type.ts';

/** Squared distance between f32 tensors of one shape. Errors: `mseLoss.operands`. */
export function mseLoss(x: Tensor, target: Tensor, { reduction = 'mean' }: ReductionOption = {}): Tensor {
  requireSameType('mseLoss', x, target);
  const distance = sub(x, target);
  return reduceLoss({ values: mul(distance, distance) }, reduction);
}

/** Mean squared error over all elements as a loss for `train`; the target has the prediction's type. */
export function meanSquaredError(): Loss {
  return {
    name: 'meanSquaredError',
    targetType: (prediction) => prediction,
    build: (prediction, target, sampleWeight) =>
      weightedMean('meanSquaredError', { values: mseLoss(prediction, target, { reduction: 'none' }) }, sampleWeight),
  };
}
