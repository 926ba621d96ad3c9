import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { div } from '../ops/div.ts';
import { mul } from '../ops/mul.ts';
import type { Tensor } from '../tensor.ts';
import { clamp } from './clamp.ts';

/** `x * clamp(x + 3, 0, 6) / 6`, a swish without exp. arXiv:1905.02244 */
export function hardswish(x: Tensor): Tensor {
  return callFunction(hardswishFunction, [x], {})[0];
}

export const hardswishFunction = defineFunction({
  name: 'hardswish',
  expand: ([x]) => [div(mul(x, clamp(add(x, 3), 0, 6)), 6)],
});
