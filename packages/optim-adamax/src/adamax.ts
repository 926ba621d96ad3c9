// AdaMax: Adam with the infinity norm.

import { abs, add, div, maximum, mul, pow, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/**
 * AdaMax, as `torch.optim.Adamax`: `m = beta1 * m + (1 - beta1) * g; u = max(beta2 * u, |g| + eps); param -= lr / (1 - beta1^t) * m / u`. The largest
 * gradient `u` needs no correction for its bias.
 *
 * Defaults: `lr` 2e-3, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8, `weightDecay` 0 (L2, added to the gradient). arXiv:1412.6980, section 7.1
 *
 * @throws NetwrightError `adamax.options` when a number is out of range.
 */
export const adamax = defineOptimizer({
  name: 'adamax',
  options: { lr: 2e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  check: (options) => {
    requireOptions('adamax', options, {
      lr: [0, Infinity],
      beta1: { from: 0, below: 1 },
      beta2: { from: 0, below: 1 },
      eps: [0, Infinity],
      weightDecay: [0, Infinity],
    });
  },
  state: () => ({ firstMoment: { kind: 'constant', value: 0 }, largest: { kind: 'constant', value: 0 } }),
  update({ param, grad, state, step, hyper: { lr, beta1, beta2, eps, weightDecay } }) {
    const g = add(grad, mul(param, weightDecay));
    const firstMoment = add(mul(state.firstMoment, beta1), mul(g, sub(1, beta1)));
    const largest = maximum(mul(state.largest, beta2), add(abs(g), eps));
    const rate = div(lr, sub(1, pow(beta1, step)));
    return { param: sub(param, mul(rate, div(firstMoment, largest))), state: { firstMoment, largest } };
  },
});
