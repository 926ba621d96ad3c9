import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { div } from '../ops/div.ts';
import { eq } from '../ops/eq.ts';
import { log } from '../ops/log.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';

/** `log(1 + x)`, also accurate where x is so small that 1 + x rounds to 1. */
export function log1p(x: Tensor): Tensor {
  return callFunction(log1pFunction, [x], {})[0];
}

// log(u) / (u - 1) is smooth at 1, so u may be a rounded 1 + x as long as u - 1 is exact (Kahan).
export const log1pFunction = defineFunction({
  name: 'log1p',
  expand([x]) {
    const u = add(x, 1);
    const rounded = sub(u, 1);
    const corrected = where(eq(rounded, 0), x, mul(log(u), div(x, rounded)));
    return [where(eq(rounded, x), log(u), corrected)];
  },
  gradient: ({ inputs: [x], grads: [g] }) => [div(g, add(x, 1))],
});
