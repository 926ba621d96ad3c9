import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { and } from '../ops/and.ts';
import { div } from '../ops/div.ts';
import { lt } from '../ops/lt.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';
import { clamp } from './clamp.ts';

/** `clamp(x + 3, 0, 6) / 6`, a piecewise linear sigmoid; the gradient is 0 at both ends, as PyTorch's. arXiv:1905.02244 */
export function hardsigmoid(x: Tensor): Tensor {
  return callFunction(hardsigmoidFunction, [x], {})[0];
}

export const hardsigmoidFunction = defineFunction({
  name: 'hardsigmoid',
  expand: ([x]) => [div(clamp(add(x, 3), 0, 6), 6)],
  gradient: ({ inputs: [x], grads: [g] }) => [where(and(lt(-3, x), lt(x, 3)), div(g, 6), 0)],
});
