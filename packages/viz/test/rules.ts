// Plain optimizers for tests; the pictures take the real ones as values.

import { add, gt, mul, sign, sub, where, zerosInit } from '@netwright/ir';
import { defineOptimizer, solve } from '@netwright/optim';
import type { Optimizers } from '../src/index.ts';

export const descent = defineOptimizer({
  name: 'descent',
  options: { lr: 0.1 },
  update: ({ param, grad, hyper: { lr } }) => ({ param: sub(param, mul(grad, lr)), state: {} }),
});

/** Sutskever's form: the velocity holds the learning rate. */
export const heavyBall = defineOptimizer({
  name: 'heavyBall',
  options: { lr: 0.1, momentum: 0.9, lookAhead: false },
  state: () => ({ velocity: zerosInit }),
  gradientAt: ({ param, state, hyper, options }) =>
    options.lookAhead ? add(param, mul(state.velocity, hyper.momentum)) : param,
  update({ param, grad, state, hyper: { lr, momentum } }) {
    const velocity = sub(mul(state.velocity, momentum), mul(grad, lr));
    return { param: add(param, velocity), state: { velocity } };
  },
});

const signs = defineOptimizer({
  name: 'signs',
  options: { lr: 0.1 },
  update: ({ param, grad, hyper: { lr } }) => ({ param: sub(param, mul(sign(grad), lr)), state: {} }),
});

/** Where the gradient is zero it stays. */
export const newton = defineOptimizer({
  name: 'newton',
  options: { lr: 1 },
  needs: { curvature: 'hessian' },
  update: ({ param, grad, hessian, hyper: { lr } }) => {
    const step = mul(solve(hessian(), grad), lr);
    return { param: sub(param, where(gt(mul(grad, grad), 0), step, 0)), state: {} };
  },
});

export const rules: Optimizers = {
  sgd: ({ lr }) => descent({ lr }),
  momentum: ({ lr, momentum }) => heavyBall({ lr, momentum }),
  nesterov: ({ lr, momentum, lookAhead = true }) => heavyBall({ lr, momentum, lookAhead }),
  adagrad: ({ lr }) => signs({ lr }),
  rmsprop: ({ lr }) => signs({ lr }),
  adam: ({ lr }) => signs({ lr }),
  newton: () => newton(),
  newtonCg: () => newton(),
};
