// AdaDelta.

import { add, div, mul, sqrt, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/**
 * AdaDelta, as `torch.optim.Adadelta`: `s = rho * s + (1 - rho) * g^2; d = sqrt(u + eps) / sqrt(s + eps) * g; u = rho * u + (1 - rho) * d^2; param -=
 * lr * d`. The step has the unit of the parameter, so that `lr` is 1 in the paper.
 *
 * Defaults: `lr` 1, `rho` 0.9, `eps` 1e-6, `weightDecay` 0 (L2, added to the gradient). arXiv:1212.5701
 *
 * @throws NetwrightError `adadelta.options` when a number is out of range; with `eps` 0 no step would ever be made.
 */
export const adadelta = defineOptimizer({
  name: 'adadelta',
  options: { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 },
  check: (options) => {
    requireOptions('adadelta', options, {
      lr: [0, Infinity],
      rho: { from: 0, below: 1 },
      eps: { above: 0 },
      weightDecay: [0, Infinity],
    });
  },
  state: () => ({ meanSquare: { kind: 'constant', value: 0 }, meanSquareStep: { kind: 'constant', value: 0 } }),
  update({ param, grad, state, hyper: { lr, rho, eps, weightDecay } }) {
    const g = add(grad, mul(param, weightDecay));
    const average = (old: typeof g, value: typeof g): typeof g =>
      add(mul(old, rho), mul(mul(value, value), sub(1, rho)));
    const meanSquare = average(state.meanSquare, g);
    const step = mul(div(sqrt(add(state.meanSquareStep, eps)), sqrt(add(meanSquare, eps))), g);
    return {
      param: sub(param, mul(step, lr)),
      state: { meanSquare, meanSquareStep: average(state.meanSquareStep, step) },
    };
  },
});
