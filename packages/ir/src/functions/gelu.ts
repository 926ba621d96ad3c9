import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { erf } from '../ops/erf.ts';
import { mul } from '../ops/mul.ts';
import type { Tensor } from '../tensor.ts';

/** `x * Phi(x)` with the normal distribution function, by erf. arXiv:1606.08415 */
export function gelu(x: Tensor): Tensor {
  return callFunction(geluFunction, [x], {})[0];
}

export const geluFunction = defineFunction({
  name: 'gelu',
  expand: ([x]) => [mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1))],
});
