// The optimizer that the kit's own training programs use; plugins are tested with theirs.

import { add, mul, sub } from '@netwright/ir';
import { defineOptimizer } from '@netwright/optim';

/** Momentum with weight decay: `v = momentum * v + grad + weightDecay * param; param -= lr * v`. */
export const kitMomentum = defineOptimizer({
  name: 'kitMomentum',
  options: { lr: 0.05, momentum: 0.9, weightDecay: 1e-2 },
  state: () => ({ velocity: { kind: 'constant', value: 0 } }),
  update({ param, grad, state: { velocity }, hyper }) {
    const next = add(mul(velocity, hyper.momentum), add(grad, mul(param, hyper.weightDecay)));
    return { param: sub(param, mul(next, hyper.lr)), state: { velocity: next } };
  },
});
