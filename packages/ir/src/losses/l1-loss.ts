import { abs } from '../ops/abs.ts';
import { sub } from '../ops/sub.ts';
import type { Tensor } from '../tensor.ts';
import { reduceLoss, type ReductionOption } from './reduce.ts';
import { requireSameType } from './same-type.ts';

/** Absolute distance between f32 tensors of one shape; the gradient at 0 is 0. Errors: `l1Loss.operands`. */
export function l1Loss(x: Tensor, target: Tensor, { reduction = 'mean' }: ReductionOption = {}): Tensor {
  requireSameType('l1Loss', x, target);
  return reduceLoss({ values: abs(sub(x, target)) }, reduction);
}
