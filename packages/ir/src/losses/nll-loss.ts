import type { Tensor } from '../tensor.ts';
import { checkClassOperands, labelLosses, type ClassLossOptions } from './class-losses.ts';
import { reduceLoss } from './reduce.ts';

/**
 * Negative log likelihood: `-x[n, target[n]]` of log-probabilities x [N, classes, ...] against i32 labels [N, ...]; NaN for a
 * label that names no class.
 *
 * Errors: `nllLoss.operands`.
 */
export function nllLoss(x: Tensor, target: Tensor, options: ClassLossOptions = {}): Tensor {
  checkClassOperands('nllLoss', x, target, options, false);
  return reduceLoss(labelLosses(x, target, options, 0), options.reduction ?? 'mean');
}
