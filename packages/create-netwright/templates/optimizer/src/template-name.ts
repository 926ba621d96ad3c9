// Gradient descent with momentum and decoupled weight decay: the rule to start from.

import { add, mul, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/**
 * `v = momentum * v + g; param -= lr * (v + weightDecay * param)`.
 *
 * Defaults: `lr` 1e-2, `momentum` 0.9, `weightDecay` 0.
 *
 * @throws NetwrightError `template-name.options` when a number is out of range.
 */
export const templateName = defineOptimizer({
  name: 'templateName',
  options: { lr: 1e-2, momentum: 0.9, weightDecay: 0 },
  check: (options) => {
    requireOptions('template-name', options, { lr: [0, Infinity], momentum: [0, 1], weightDecay: [0, Infinity] });
  },
  state: () => ({ velocity: { kind: 'constant', value: 0 } }),
  update({ param, grad, state, hyper }) {
    const velocity = add(mul(state.velocity, hyper.momentum), grad);
    const step = mul(add(velocity, mul(param, hyper.weightDecay)), hyper.lr);
    return { param: sub(param, step), state: { velocity } };
  },
});
