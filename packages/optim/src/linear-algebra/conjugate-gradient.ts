// Conjugate gradients with a fixed number of unrolled iterations; what is done early is frozen by select.

import { add, and, constantLike, div, gt, mul, sub, where, type Tensor } from '@netwright/ir';
import { dot } from './dot.ts';
import { sizeOfVector } from './size-of-system.ts';

/** When the iteration ends: the graph has all iterations, of which the last may change nothing. */
export interface ConjugateGradientOptions {
  /** Iterations in the graph; the exact solution of k equations takes at most k, but for rounding. */
  readonly iterations: number;
  /** The solution stays as it is once the residual's norm is at most this share of `b`'s; a scalar. */
  readonly tolerance: Tensor | number;
}

/**
 * `x` with `A x = b` for a symmetric positive definite A, of which only products are needed. Where a direction d with `d^T A d <= 0` shows up, A is
 * not positive definite: the solution before it stays, or `b` itself when it is the first direction, so that `x` never points uphill. Nocedal and Wright,
 * _Numerical Optimization_, 2006, algorithm 7.1.
 *
 * @param product - `v -> A v`, called once for each iteration.
 * @param b - f32 [k].
 * @throws NetwrightError `conjugateGradient.operands`.
 */
export function conjugateGradient(
  product: (v: Tensor) => Tensor,
  b: Tensor,
  { iterations, tolerance }: ConjugateGradientOptions,
): Tensor {
  sizeOfVector('conjugateGradient', b);
  let squared = dot(b, b);
  const enough = mul(squared, typeof tolerance === 'number' ? tolerance * tolerance : mul(tolerance, tolerance));
  let [x, residual, direction] = [constantLike(b, 0), b, b];
  let active = gt(squared, enough);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const image = product(direction);
    const curvature = dot(direction, image);
    const convex = gt(curvature, 0);
    const moving = and(active, convex);
    const step = div(squared, where(convex, curvature, 1));
    const first = iteration === 0;
    const moved = add(x, mul(direction, first ? where(convex, step, 1) : step));
    x = where(first ? active : moving, moved, x);
    residual = where(moving, sub(residual, mul(image, step)), residual);
    const next = dot(residual, residual);
    const ratio = div(next, where(moving, squared, 1));
    active = and(moving, gt(next, enough));
    direction = where(active, add(residual, mul(direction, ratio)), direction);
    squared = next;
  }
  return x;
}
