// Functions that kernels do not have, as expressions of those that they have.

import { binary, constant, select, unary } from '../kernels/expression.ts';
import type { Expr } from '../kernels/kernel.ts';

const c = constant;
const add = (a: Expr, b: Expr): Expr => binary('add', a, b);
const sub = (a: Expr, b: Expr): Expr => binary('sub', a, b);
const mul = (a: Expr, b: Expr): Expr => binary('mul', a, b);
const div = (a: Expr, b: Expr): Expr => binary('div', a, b);

/** `coefficients[0] + x * (coefficients[1] + ...)`. */
function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  const [last, ...rest] = [...coefficients].reverse();
  return rest.reduce<Expr>((sum, coefficient) => add(mul(sum, x), c(coefficient)), c(last));
}

/** tanh to 3e-7 relative in f32: its series below 0.3, `(1 - t) / (1 + t)` with `t = exp(-2 |x|)` above, where nothing overflows. */
export function tanhExpression(x: Expr): Expr {
  const size = unary('abs', x);
  const t = unary('exp', mul(size, c(-2)));
  const large = mul(unary('sign', x), div(sub(c(1), t), add(c(1), t)));
  const square = mul(x, x);
  const small = mul(x, polynomial(square, [1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925]));
  return select(binary('lt', size, c(0.3)), small, large);
}

/** erf to 2e-7 absolute: its series below 0.5, formula 7.1.26 of Abramowitz and Stegun above. */
export function erfExpression(x: Expr): Expr {
  const size = unary('abs', x);
  const square = mul(x, x);
  const t = div(c(1), add(c(1), mul(c(0.3275911), size)));
  const tail = mul(t, polynomial(t, [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]));
  const large = mul(unary('sign', x), sub(c(1), mul(tail, unary('exp', unary('neg', square)))));
  const series = [1, -1 / 3, 1 / 10, -1 / 42, 1 / 216, -1 / 1320, 1 / 9360];
  const small = mul(mul(x, c(2 / Math.sqrt(Math.PI))), polynomial(square, series));
  return select(binary('lt', size, c(0.5)), small, large);
}
