// Losses between tensors of one shape.

import { softplus } from '../functions/softplus.ts';
import { abs } from '../ops/abs.ts';
import { lt } from '../ops/lt.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';
import type { Loss, Reduction } from './loss.ts';
import { reduceLoss } from './reduce.ts';

interface ReductionOption {
  /** Default `mean`, over all elements. */
  readonly reduction?: Reduction;
}

/** Squared distance. */
export function mseLoss(x: Tensor, target: Tensor, { reduction = 'mean' }: ReductionOption = {}): Tensor {
  const distance = sub(x, target);
  return reduceLoss(mul(distance, distance), reduction);
}

/** Absolute distance. */
export function l1Loss(x: Tensor, target: Tensor, { reduction = 'mean' }: ReductionOption = {}): Tensor {
  return reduceLoss(abs(sub(x, target)), reduction);
}

/** `0.5 d^2 / beta` below `beta` (1 by default), `|d| - 0.5 beta` above. arXiv:1504.08083 */
export function smoothL1Loss(x: Tensor, target: Tensor, { reduction = 'mean', beta = 1 }: ReductionOption & { readonly beta?: number } = {}): Tensor {
  const distance = abs(sub(x, target));
  return reduceLoss(where(lt(distance, beta), mul(mul(distance, distance), 0.5 / beta), sub(distance, beta / 2)), reduction);
}

/** `softplus(x) - x * target`: binary cross entropy of logits against targets in [0, 1]; nothing overflows. */
export function binaryCrossEntropyWithLogits(x: Tensor, target: Tensor, { reduction = 'mean' }: ReductionOption = {}): Tensor {
  return reduceLoss(sub(softplus(x), mul(x, target)), reduction);
}

/** Mean squared error over all elements as a loss for `train`. */
export function meanSquaredError(): Loss {
  return { name: 'meanSquaredError', targetType: (prediction) => prediction, build: (prediction, target) => mseLoss(prediction, target) };
}
