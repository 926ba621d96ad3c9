// Newton's method with Hessian-vector products.

import { add, mul, sub } from '@netwright/ir';
import { conjugateGradient, defineOptimizer, requireOptions } from '@netwright/optim';

/**
 * Newton-CG (truncated Newton): `param -= lr * s`, s from `iterations` of conjugate gradients on `(H + damping * I) s = grad`. The Hessian H is exact and
 * never built: each iteration takes one product with a vector. Iterations stop counting once the residual is below `tolerance * |grad|`, or at a
 * direction of negative curvature: what was found before it is the step, or the plain gradient when it is the first. So the step always sets out downhill; there is no line search.
 *
 * Defaults: `lr` 1, `damping` 0, `tolerance` 1e-5, `iterations` 10 (in the graph: another number compiles again). Nocedal and Wright, _Numerical
 * Optimization_, 2006, algorithm 7.1.
 *
 * @throws NetwrightError `newtonCg.options` when a number is out of range.
 */
export const newtonCg = defineOptimizer({
  name: 'newtonCg',
  options: { lr: 1, damping: 0, tolerance: 1e-5, iterations: 10 },
  needs: { curvature: 'hvp' },
  structural: ['iterations'],
  check: (options) =>
    requireOptions(
      'newtonCg',
      options,
      { lr: [0, Infinity], damping: [0, Infinity], tolerance: [0, 1], iterations: [1, 1000] },
      Number.isInteger(options.iterations)
        ? []
        : [`iterations must be a whole number, not ${String(options.iterations)}`],
    ),
  update({ param, grad, hvp, hyper: { lr, damping, tolerance }, options: { iterations } }) {
    const product: typeof hvp = (v) => add(hvp(v), mul(v, damping));
    return { param: sub(param, mul(conjugateGradient(product, grad, { iterations, tolerance }), lr)), state: {} };
  },
});
