// SGD with momentum.

import { add, le, mul, sub, where } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/**
 * SGD with (heavy-ball) momentum, as `torch.optim.SGD`: `v = momentum * v + (1 - dampening) * g; param -= lr * v`; the first step is not
 * dampened. With `lrInside` the learning rate enters the velocity, as in Sutskever et al. 2013 and Caffe: `v = momentum * v - lr * g; param += v`;
 * the two differ once the learning rate changes.
 *
 * Defaults: `lr` 1e-3, `momentum` 0.9, `dampening` 0, `weightDecay` 0 (L2, added to the gradient), `lrInside` false. Polyak, 1964.
 *
 * @throws NetwrightError `momentum.options` when a number is out of range, or `dampening` is combined with `lrInside`.
 */
export const momentum = defineOptimizer({
  name: 'momentum',
  options: { lr: 1e-3, momentum: 0.9, dampening: 0, weightDecay: 0, lrInside: false },
  check: (options) => {
    requireOptions(
      'momentum',
      options,
      { lr: [0, Infinity], momentum: [0, 1], dampening: [0, 1], weightDecay: [0, Infinity] },
      options.lrInside && options.dampening !== 0 ? ['dampening is not defined with lrInside'] : [],
    );
  },
  state: () => ({ velocity: { kind: 'constant', value: 0 } }),
  update({ param, grad, state: { velocity }, step, hyper, options }) {
    const g = add(grad, mul(param, hyper.weightDecay));
    const carried = mul(velocity, hyper.momentum);
    if (options.lrInside) {
      const next = sub(carried, mul(g, hyper.lr));
      return { param: add(param, next), state: { velocity: next } };
    }
    const dampened = options.dampening === 0 ? g : mul(g, where(le(step, 1), 1, sub(1, hyper.dampening)));
    const next = add(carried, dampened);
    return { param: sub(param, mul(next, hyper.lr)), state: { velocity: next } };
  },
});
