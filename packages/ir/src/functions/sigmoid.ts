import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { div } from '../ops/div.ts';
import { exp } from '../ops/exp.ts';
import { mul } from '../ops/mul.ts';
import { neg } from '../ops/neg.ts';
import { sub } from '../ops/sub.ts';
import type { Tensor } from '../tensor.ts';

/** `1 / (1 + exp(-x))`; an overflow of exp gives the right limit, 0. */
export function sigmoid(x: Tensor): Tensor {
  return callFunction(sigmoidFunction, [x], {})[0];
}

export const sigmoidFunction = defineFunction({
  name: 'sigmoid',
  expand: ([x]) => [div(1, add(exp(neg(x)), 1))],
  gradient: ({ outputs: [y], grads: [g] }) => [mul(g, mul(y, sub(1, y)))],
});
