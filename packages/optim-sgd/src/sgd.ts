// Mini-batch stochastic gradient descent.

import { add, mul, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/**
 * Plain mini-batch SGD: `g = grad + weightDecay * param; param -= lr * g`, as `torch.optim.SGD` without momentum.
 * Defaults: `lr` 1e-3, `weightDecay` 0 (L2, added to the gradient). Robbins and Monro, 1951.
 *
 * @throws NetwrightError `sgd.options` when a number is negative.
 */
export const sgd = defineOptimizer({
  name: 'sgd',
  options: { lr: 1e-3, weightDecay: 0 },
  check: (options) => {
    requireOptions('sgd', options, { lr: [0, Infinity], weightDecay: [0, Infinity] });
  },
  update: ({ param, grad, hyper: { lr, weightDecay } }) => ({
    param: sub(param, mul(add(grad, mul(param, weightDecay)), lr)),
    state: {},
  }),
});
