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
  const [last, ...rest] = coefficients.toReversed();
  return rest.reduce<Expr>((sum, coefficient) => add(mul(sum, x), c(coefficient)), c(last));
}

/** `large` with the sign of x where `|x| >= limit`, `small` elsewhere. */
function oddFunction(x: Expr, size: Expr, limit: number, small: Expr, large: Expr): Expr {
  return select(binary('lt', size, c(limit)), small, select(binary('lt', x, c(0)), unary('neg', large), large));
}

/**
 * tanh, with a relative error of 2e-9 besides rounding: its series below 0.3, `(1 - t) / (1 + t)` with `t = exp(-2 |x|)` above, where nothing
 * overflows.
 */
export function tanhExpression(x: Expr): Expr {
  const size = unary('abs', x);
  const t = unary('exp', mul(size, c(-2)));
  const large = div(sub(c(1), t), add(c(1), t));
  const small = mul(x, polynomial(mul(x, x), [1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925]));
  return oddFunction(x, size, 0.3, small, large);
}

/** erf(x) / x in powers of x^2 for |x| < 1: minimax, relative error 4e-11. */
const ERF_NEAR = [
  1.128379167058069, -0.37612638434823287, 0.11283781975949264, -0.026865400129265027, 0.005220945644343153,
  -0.0008482831597678847, 0.0001125696615858901, -0.000009641564509471623,
];

/** (1 - erf(x)) * exp(x^2) in powers of 1 / (1 + x / 2), without a constant, for x >= 1: minimax, absolute error of erf 1.3e-9. */
const ERF_FAR = [0.2754920141617792, 0.34226946238325456, 0.029369102676444686, 0.55622903846999, -0.2032989883869015];

/** erf, with an absolute error of 2e-9 besides rounding (which keeps it below 2e-7 in single precision), relative for |x| < 1. */
export function erfExpression(x: Expr): Expr {
  const size = unary('abs', x);
  const square = mul(x, x);
  const t = div(c(1), add(mul(size, c(0.5)), c(1)));
  const large = sub(c(1), mul(mul(t, polynomial(t, ERF_FAR)), unary('exp', unary('neg', square))));
  return oddFunction(x, size, 1, mul(x, polynomial(square, ERF_NEAR)), large);
}
