import { callFunction, defineFunction } from '../function.ts';
import { le } from '../ops/le.ts';
import { maximum } from '../ops/maximum.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';

/** `max(x, 0)`; the gradient at 0 is 0, as PyTorch's. */
export function relu(x: Tensor): Tensor {
  return callFunction(reluFunction, [x], {})[0];
}

export const reluFunction = defineFunction({
  name: 'relu',
  expand: ([x]) => [maximum(x, 0)],
  gradient: ({ outputs: [y], grads: [g] }) => [where(le(y, 0), 0, g)],
});
