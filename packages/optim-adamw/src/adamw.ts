// Adam with decoupled weight decay.

import { add, div, maximum, mul, pow, sqrt, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

type Choices = Readonly<{ epsPlacement: 'outside' | 'inside' | 'hat'; decay: 'scaled' | 'absolute' }>;
const CHOICES: Choices = { epsPlacement: 'outside', decay: 'scaled' };
const NUMBERS = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 1e-2 };

/**
 * AdamW, as `torch.optim.AdamW`: `param *= 1 - lr * weightDecay`, then Adam's step `lr * m_hat / (sqrt(v_hat) + eps)` with both moments corrected
 * for their bias. `amsgrad` divides by the largest second moment so far. `decay: 'absolute'` is `weightDecay * param` whatever the learning rate is, as the
 * paper's Algorithm 2. `epsPlacement`: `inside` is `sqrt(v_hat + eps)`; `hat` is `sqrt(v) + eps` before the correction, as TensorFlow.
 *
 * Defaults: `lr` 1e-3, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8, `epsPlacement` `outside`, `weightDecay` 1e-2, `decay` `scaled`, `amsgrad` false.
 * arXiv:1711.05101, arXiv:1412.6980
 *
 * @throws NetwrightError `adamw.options` when an option is out of range.
 */
export const adamw = defineOptimizer({
  name: 'adamw',
  options: { ...NUMBERS, ...CHOICES, amsgrad: false },
  check: (options) => {
    requireOptions('adamw', options, {
      lr: [0, Infinity],
      beta1: { from: 0, below: 1 },
      beta2: { from: 0, below: 1 },
      eps: [0, Infinity],
      epsPlacement: { oneOf: ['outside', 'inside', 'hat'] },
      weightDecay: [0, Infinity],
      decay: { oneOf: ['scaled', 'absolute'] },
    });
  },
  state: ({ amsgrad }) => ({
    firstMoment: { kind: 'constant', value: 0 },
    secondMoment: { kind: 'constant', value: 0 },
    ...(amsgrad ? { maxSecondMoment: { kind: 'constant', value: 0 } } : {}),
  }),
  update({ param, grad, state, step, hyper: { lr, beta1, beta2, eps, weightDecay }, options }) {
    const decayed = mul(param, sub(1, options.decay === 'scaled' ? mul(lr, weightDecay) : weightDecay));
    const firstMoment = add(mul(state.firstMoment, beta1), mul(grad, sub(1, beta1)));
    const secondMoment = add(mul(state.secondMoment, beta2), mul(mul(grad, grad), sub(1, beta2)));
    const largest = options.amsgrad ? maximum(state.maxSecondMoment, secondMoment) : secondMoment;
    const correction = sub(1, pow(beta2, step));
    const root = {
      outside: () => add(div(sqrt(largest), sqrt(correction)), eps),
      inside: () => sqrt(add(div(largest, correction), eps)),
      hat: () => div(add(sqrt(largest), eps), sqrt(correction)),
    }[options.epsPlacement]();
    return {
      param: sub(decayed, mul(div(lr, sub(1, pow(beta1, step))), div(firstMoment, root))),
      state: { firstMoment, secondMoment, ...(options.amsgrad ? { maxSecondMoment: largest } : {}) },
    };
  },
});
