import { callFunction, defineFunction } from '../function.ts';
import { abs } from '../ops/abs.ts';
import { add } from '../ops/add.ts';
import { div } from '../ops/div.ts';
import { exp } from '../ops/exp.ts';
import { maximum } from '../ops/maximum.ts';
import { mul } from '../ops/mul.ts';
import { neg } from '../ops/neg.ts';
import type { Tensor } from '../tensor.ts';
import { log1p } from './log1p.ts';
import { sigmoid } from './sigmoid.ts';

/** `log(1 + exp(beta * x)) / beta`, as `max(z, 0) + log(1 + exp(-|z|))` so that nothing overflows; `beta` is 1 by default. */
export function softplus(x: Tensor, { beta = 1 }: { readonly beta?: number } = {}): Tensor {
  if (beta === 1) return callFunction(softplusFunction, [x], {})[0];
  return div(softplus(mul(x, beta)), beta);
}

export const softplusFunction = defineFunction({
  name: 'softplus',
  expand: ([x]) => [add(maximum(x, 0), log1p(exp(neg(abs(x)))))],
  gradient: ({ inputs: [x], grads: [g] }) => [mul(g, sigmoid(x))],
});
