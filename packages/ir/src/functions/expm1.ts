import { callFunction, defineFunction } from '../function.ts';
import { abs } from '../ops/abs.ts';
import { add } from '../ops/add.ts';
import { div } from '../ops/div.ts';
import { exp } from '../ops/exp.ts';
import { lt } from '../ops/lt.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { tanh } from '../ops/tanh.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';

/** `exp(x) - 1`, also accurate near 0. */
export function expm1(x: Tensor): Tensor {
  return callFunction(expm1Function, [x], {})[0];
}

// With t = tanh(x / 2), exp(x) = (1 + t) / (1 - t).
export const expm1Function = defineFunction({
  name: 'expm1',
  expand([x]) {
    const t = tanh(mul(x, 0.5));
    return [where(lt(abs(x), 1), div(mul(t, 2), sub(1, t)), sub(exp(x), 1))];
  },
  gradient: ({ outputs: [y], grads: [g] }) => [mul(g, add(y, 1))],
});
