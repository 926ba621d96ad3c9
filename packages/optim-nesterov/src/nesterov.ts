// SGD with Nesterov's momentum.

import { add, mul, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/**
 * SGD with Nesterov's momentum, as `torch.optim.SGD` with `nesterov=True`: `v = momentum * v + g; param -= lr * (g + momentum * v)`. The gradient
 * is taken at the parameter, which here is the look-ahead point itself, so that a step needs one evaluation (Bengio et al. 2012).
 *
 * `lrInside` puts the learning rate into the velocity: `v = momentum * v - lr * g; param += momentum * v - lr * g`; the two differ once the learning
 * rate changes. `lookAhead` is the form of Sutskever et al. 2013, with the gradient at the look-ahead point: `v = momentum * v - lr *
 * grad(param + momentum * v); param += v`.
 *
 * Defaults: `lr` 1e-3, `momentum` 0.9, `weightDecay` 0 (L2, added to the gradient), `lrInside` false, `lookAhead` false. Nesterov, 1983.
 *
 * @throws NetwrightError `nesterov.options` when a number is out of range; a momentum of 0 has no look-ahead.
 */
export const nesterov = defineOptimizer({
  name: 'nesterov',
  options: { lr: 1e-3, momentum: 0.9, weightDecay: 0, lrInside: false, lookAhead: false },
  check: (options) => {
    requireOptions('nesterov', options, {
      lr: [0, Infinity],
      momentum: { above: 0 },
      weightDecay: [0, Infinity],
    });
  },
  state: () => ({ velocity: { kind: 'constant', value: 0 } }),
  gradientAt: ({ param, state: { velocity }, hyper, options }) =>
    options.lookAhead ? add(param, mul(velocity, hyper.momentum)) : param,
  update({ param, grad, state: { velocity }, hyper: { lr, momentum, weightDecay }, options }) {
    const carried = mul(velocity, momentum);
    const at = options.lookAhead ? add(param, carried) : param;
    const g = add(grad, mul(at, weightDecay));
    if (options.lookAhead || options.lrInside) {
      const next = sub(carried, mul(g, lr));
      const step = options.lookAhead ? next : sub(mul(next, momentum), mul(g, lr));
      return { param: add(param, step), state: { velocity: next } };
    }
    const next = add(carried, g);
    return { param: sub(param, mul(add(g, mul(next, momentum)), lr)), state: { velocity: next } };
  },
});
