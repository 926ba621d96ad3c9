import { callFunction, defineFunction } from '../function.ts';
import { le } from '../ops/le.ts';
import { maximum } from '../ops/maximum.ts';
import { minimum } from '../ops/minimum.ts';
import { or } from '../ops/or.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';

/** `min(max(x, 0), 6)`; the gradient is 0 at both ends, as PyTorch's. arXiv:1801.04381 */
export function relu6(x: Tensor): Tensor {
  return callFunction(relu6Function, [x], {})[0];
}

export const relu6Function = defineFunction({
  name: 'relu6',
  expand: ([x]) => [minimum(maximum(x, 0), 6)],
  gradient: ({ outputs: [y], grads: [g] }) => [where(or(le(y, 0), le(6, y)), 0, g)],
});
