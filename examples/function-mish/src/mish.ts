// Mish: x tanh(softplus(x)). arXiv:1908.08681

import { defineLowering } from '@netwright/compiler';
import { binary, constant, select, unary } from '@netwright/compiler/kernels';
import type { Expr } from '@netwright/compiler';
import { add, callFunction, defineFunction, mul, sigmoid, softplus, sub, tanh, type Tensor } from '@netwright/ir';

/** `x tanh(log(1 + exp(x)))`, element by element, for f32 x of any shape. */
export function mish(x: Tensor): Tensor {
  return callFunction(mishFunction, [x], {})[0];
}

export const mishFunction = defineFunction<Record<string, never>>({
  name: 'mish',
  expand: ([x]) => [mul(x, tanh(softplus(x)))],
  gradient: ({ inputs: [x], grads: [g] }) => {
    const t = tanh(softplus(x));
    return [mul(g, add(t, mul(mul(x, sub(1, mul(t, t))), sigmoid(x))))];
  },
  lower: defineLowering(({ read, at }) => mishExpression(read(0, at))),
});

/** One exponential in place of three functions: with n = e (e + 2) and e = exp(x), tanh(log(1 + e)) = n / (n + 2); from 20 on it is 1 in single precision. */
function mishExpression(x: Expr): Expr {
  const e = unary('exp', binary('min', x, constant(20)));
  const n = binary('mul', e, binary('add', e, constant(2)));
  const small = binary('mul', x, binary('div', n, binary('add', n, constant(2))));
  return select(binary('lt', x, constant(20)), small, x);
}
