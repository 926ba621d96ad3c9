import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import type { Tensor } from '../tensor.ts';
import { sigmoid } from './sigmoid.ts';

/** `x * sigmoid(x)`, also called swish. arXiv:1710.05941 */
export function silu(x: Tensor): Tensor {
  return callFunction(siluFunction, [x], {})[0];
}

export const siluFunction = defineFunction({
  name: 'silu',
  expand: ([x]) => [mul(x, sigmoid(x))],
  gradient({ inputs: [x], grads: [g] }) {
    const s = sigmoid(x);
    return [mul(g, mul(s, add(mul(x, sub(1, s)), 1)))];
  },
});
