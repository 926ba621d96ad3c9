import { callFunction, defineFunction } from '../function.ts';
import { abs } from '../ops/abs.ts';
import { add } from '../ops/add.ts';
import { exp } from '../ops/exp.ts';
import { log } from '../ops/log.ts';
import { maximum } from '../ops/maximum.ts';
import { mul } from '../ops/mul.ts';
import { neg } from '../ops/neg.ts';
import { sub } from '../ops/sub.ts';
import { where } from '../ops/where.ts';
import { gt } from '../ops/gt.ts';
import type { Tensor } from '../tensor.ts';
import { sigmoid } from './sigmoid.ts';

/** `log(1 + exp(x))`, as `max(x, 0) + log(1 + exp(-|x|))` so that nothing overflows. */
export function softplus(x: Tensor): Tensor {
  return callFunction(softplusFunction, [x], {})[0];
}

export const softplusFunction = defineFunction({
  name: 'softplus',
  expand: ([x]) => [add(maximum(x, 0), log(add(exp(neg(abs(x))), 1)))],
  gradient: ({ inputs: [x], grads: [g] }) => [mul(g, sigmoid(x))],
});

/** x where positive, else `alpha * (exp(x) - 1)`. arXiv:1511.07289 */
export function elu(x: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
  return callFunction(eluFunction, [x], { alpha })[0];
}

export const eluFunction = defineFunction<{ readonly alpha: number }>({
  name: 'elu',
  expand: ([x], { alpha }) => [where(gt(x, 0), x, mul(sub(exp(neg(maximum(neg(x), 0))), 1), alpha))],
});
