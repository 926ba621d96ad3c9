import { callFunction, defineFunction } from '../function.ts';
import { cast } from '../ops/cast.ts';
import { gt } from '../ops/gt.ts';
import { maximum } from '../ops/maximum.ts';
import { minimum } from '../ops/minimum.ts';
import { mul } from '../ops/mul.ts';
import { and } from '../ops/and.ts';
import { lt } from '../ops/lt.ts';
import type { Tensor } from '../tensor.ts';

/** `max(x, 0)`; the gradient at 0 is 0, as PyTorch's. */
export function relu(x: Tensor): Tensor {
  return callFunction(reluFunction, [x], {})[0];
}

export const reluFunction = defineFunction({
  name: 'relu',
  expand: ([x]) => [maximum(x, 0)],
  gradient: ({ outputs: [y], grads: [g] }) => [mul(g, cast(gt(y, 0), 'f32'))],
});

/** `min(max(x, 0), 6)`; the gradient is 0 at both ends. arXiv:1801.04381 */
export function relu6(x: Tensor): Tensor {
  return callFunction(relu6Function, [x], {})[0];
}

export const relu6Function = defineFunction({
  name: 'relu6',
  expand: ([x]) => [minimum(maximum(x, 0), 6)],
  gradient: ({ outputs: [y], grads: [g] }) => [mul(g, cast(and(gt(y, 0), lt(y, 6)), 'f32'))],
});
