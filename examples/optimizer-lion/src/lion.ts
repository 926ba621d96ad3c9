// Lion: the sign of a mixture of gradient and momentum, weight decay decoupled. arXiv:2302.06675

import { add, mul, sign, sub, type Tensor } from '@netwright/ir';
import { defineOptimizer } from '@netwright/optim';

/** Take a tenth of the learning rate of Adam, and ten times its weight decay. */
export const lion = defineOptimizer({
  name: 'lion',
  options: { lr: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
  state: () => ({ momentum: { kind: 'constant', value: 0 } }),
  update({ param, grad, state: { momentum }, hyper: { lr, beta1, beta2, weightDecay } }) {
    const mixed = (beta: Tensor): Tensor => add(mul(momentum, beta), mul(grad, sub(1, beta)));
    const decayed = sub(param, mul(param, mul(lr, weightDecay)));
    return { param: sub(decayed, mul(sign(mixed(beta1)), lr)), state: { momentum: mixed(beta2) } };
  },
});
