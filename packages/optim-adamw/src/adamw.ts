// Adam with decoupled weight decay.

import { add, div, maximum, mul, pow, sqrt, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/**
 * AdamW, as `torch.optim.AdamW`: `param *= 1 - lr * weightDecay`, then Adam's step `lr * m_hat / (sqrt(v_hat) + eps)` with both moments corrected
 * for their bias. `amsgrad` divides by the largest second moment so far.
 *
 * Defaults: `lr` 1e-3, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8, `weightDecay` 1e-2, `amsgrad` false. arXiv:1711.05101, arXiv:1412.6980
 *
 * @throws NetwrightError `adamw.options` when a number is out of range.
 */
export const adamw = defineOptimizer({
  name: 'adamw',
  options: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 1e-2, amsgrad: false },
  check: (options) => {
    requireOptions('adamw', options, {
      lr: [0, Infinity],
      beta1: [0, 1],
      beta2: [0, 1],
      eps: [0, Infinity],
      weightDecay: [0, Infinity],
    });
  },
  state: ({ amsgrad }) => ({
    firstMoment: { kind: 'constant', value: 0 },
    secondMoment: { kind: 'constant', value: 0 },
    ...(amsgrad ? { maxSecondMoment: { kind: 'constant', value: 0 } } : {}),
  }),
  update({ param, grad, state, step, hyper: { lr, beta1, beta2, eps, weightDecay }, options }) {
    const decayed = mul(param, sub(1, mul(lr, weightDecay)));
    const firstMoment = add(mul(state.firstMoment, beta1), mul(grad, sub(1, beta1)));
    const secondMoment = add(mul(state.secondMoment, beta2), mul(mul(grad, grad), sub(1, beta2)));
    const largest = options.amsgrad ? maximum(state.maxSecondMoment, secondMoment) : secondMoment;
    const correction1 = sub(1, pow(beta1, step));
    const correction2 = sub(1, pow(beta2, step));
    const denominator = add(div(sqrt(largest), sqrt(correction2)), eps);
    return {
      param: sub(decayed, mul(div(lr, correction1), div(firstMoment, denominator))),
      state: { firstMoment, secondMoment, ...(options.amsgrad ? { maxSecondMoment: largest } : {}) },
    };
  },
});
