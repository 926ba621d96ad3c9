import { NetwrightError } from '../errors.ts';
import { abs } from '../ops/abs.ts';
import { lt } from '../ops/lt.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';
import { l1Loss } from './l1-loss.ts';
import { reduceLoss, type ReductionOption } from './reduce.ts';
import { requireSameType } from './same-type.ts';

/** As those of `torch.nn.SmoothL1Loss`. */
export interface SmoothL1LossOptions extends ReductionOption {
  /** Distance at which the parabola becomes a line; 0 gives `l1Loss`. Default 1. */
  readonly beta?: number;
}

/**
 * `0.5 d^2 / beta` for distances d below `beta`, `d - 0.5 beta` above; Huber's loss is `beta` times that. arXiv:1504.08083
 *
 * Errors: `smoothL1Loss.operands`, `smoothL1Loss.beta`.
 */
export function smoothL1Loss(x: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { reduction = 'mean', beta = 1 } = options;
  requireSameType('smoothL1Loss', x, target);
  if (!(beta >= 0)) {
    throw new NetwrightError({
      code: 'smoothL1Loss.beta',
      operation: 'smoothL1Loss',
      scope: x.builder.scope,
      expected: 'a beta of at least 0',
      received: String(beta),
    });
  }
  if (beta === 0) return l1Loss(x, target, { reduction });
  const distance = abs(sub(x, target));
  const parabola = mul(mul(distance, distance), 0.5 / beta);
  return reduceLoss({ values: where(lt(distance, beta), parabola, sub(distance, beta / 2)) }, reduction);
}
