// Newton's method with the exact Hessian.

import { add, cast, eq, iota, mul, NetwrightError, sub, type Tensor } from '@netwright/ir';
import { defineOptimizer, elementsOf, requireOptions, solve, SOLVE_LIMIT } from '@netwright/optim';

/** Most parameters that {@link newton} takes. */
export const NEWTON_LIMIT = SOLVE_LIMIT;

/**
 * Newton's method: `param -= lr * (H + damping * I)^-1 grad`, H the exact Hessian of the loss over all parameters together. A quadratic is solved in one
 * step. Where H is not positive definite the step may lead uphill: to a saddle or a maximum; `damping` above `-lambda_min` prevents it. Where
 * H + damping * I is singular no update is made.
 *
 * Defaults: `lr` 1, `damping` 0. Nocedal and Wright, _Numerical Optimization_, 2006, chapter 3.
 *
 * @throws NetwrightError `newton.options` when a number is out of range; `newton.size` from a training graph with more than {@link NEWTON_LIMIT} parameters:
 *   the Hessian takes memory for k^2 numbers and the solution time for k^3 / 3 multiplications.
 */
export const newton = defineOptimizer({
  name: 'newton',
  options: { lr: 1, damping: 0 },
  needs: { curvature: 'hessian' },
  check: (options) => requireOptions('newton', options, { lr: [0, Infinity], damping: [0, Infinity] }),
  update({ param, grad, hessian, hyper: { lr, damping } }) {
    const size = elementsOf(param);
    if (size > NEWTON_LIMIT) throw sizeError(size);
    const matrix = add(hessian(), mul(identity(param, size), damping));
    return { param: sub(param, mul(solve(matrix, grad), lr)), state: {} };
  },
});

function identity({ builder }: Tensor, size: number): Tensor {
  return cast(eq(iota(builder, [size, size], 0), iota(builder, [size, size], 1)), 'f32');
}

function sizeError(size: number): NetwrightError {
  return new NetwrightError({
    code: 'newton.size',
    operation: 'newton',
    expected: `at most ${String(NEWTON_LIMIT)} parameters`,
    received: size.toLocaleString('en'),
    reasons: [
      `the Hessian would take ${memory(4 * size ** 2)} (4 bytes for each of k^2 numbers)`,
      `a step would take ${String(size)} backward passes and ${(size ** 3 / 3).toExponential(1)} multiplications (k^3 / 3)`,
    ],
    hint: 'newtonCg() takes products with the Hessian only; or train fewer parameters (trainable)',
  });
}

function memory(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  const unit = Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${(bytes / 1000 ** unit).toPrecision(3)} ${units[unit]}`;
}
