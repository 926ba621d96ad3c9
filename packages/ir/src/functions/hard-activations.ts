// Piecewise linear stand-ins for sigmoid and swish. arXiv:1905.02244

import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { div } from '../ops/div.ts';
import { mul } from '../ops/mul.ts';
import type { Tensor } from '../tensor.ts';
import { clamp } from './clamp.ts';

/** `clamp(x + 3, 0, 6) / 6`. */
export function hardsigmoid(x: Tensor): Tensor {
  return callFunction(hardsigmoidFunction, [x], {})[0];
}

export const hardsigmoidFunction = defineFunction({
  name: 'hardsigmoid',
  expand: ([x]) => [div(clamp(add(x, 3), 0, 6), 6)],
});

/** `x * clamp(x + 3, 0, 6) / 6`. */
export function hardswish(x: Tensor): Tensor {
  return callFunction(hardswishFunction, [x], {})[0];
}

export const hardswishFunction = defineFunction({
  name: 'hardswish',
  expand: ([x]) => [div(mul(x, clamp(add(x, 3), 0, 6)), 6)],
});
