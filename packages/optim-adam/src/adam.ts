// Adam.

import { add, div, maximum, mul, pow, sqrt, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/** `outside`: `sqrt(v_hat) + eps`, as Algorithm 1 and PyTorch; `inside`: `sqrt(v_hat + eps)`; `hat`: `sqrt(v) + eps` before the correction, as TensorFlow. */
const CHOICES: { readonly epsPlacement: 'outside' | 'inside' | 'hat' } = { epsPlacement: 'outside' };

/**
 * Adam, as `torch.optim.Adam`: `param -= lr * m_hat / (sqrt(v_hat) + eps)` with both moments corrected for their bias. `weightDecay` is L2, added to
 * the gradient; decoupled decay is another rule, AdamW. `amsgrad` divides by the largest second moment so far.
 *
 * Defaults: `lr` 1e-3, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8, `epsPlacement` `outside`, `weightDecay` 0, `amsgrad` false. arXiv:1412.6980
 *
 * @throws NetwrightError `adam.options` when an option is out of range.
 */
export const adam = defineOptimizer({
  name: 'adam',
  options: {
    lr: 1e-3,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    ...CHOICES,
    weightDecay: 0,
    amsgrad: false,
  },
  check: (options) => {
    requireOptions('adam', options, {
      lr: [0, Infinity],
      beta1: { from: 0, below: 1 },
      beta2: { from: 0, below: 1 },
      eps: [0, Infinity],
      epsPlacement: { oneOf: ['outside', 'inside', 'hat'] },
      weightDecay: [0, Infinity],
    });
  },
  state: ({ amsgrad }) => ({
    firstMoment: { kind: 'constant', value: 0 },
    secondMoment: { kind: 'constant', value: 0 },
    ...(amsgrad ? { maxSecondMoment: { kind: 'constant', value: 0 } } : {}),
  }),
  update({ param, grad, state, step, hyper: { lr, beta1, beta2, eps, weightDecay }, options }) {
    const g = add(grad, mul(param, weightDecay));
    const firstMoment = add(mul(state.firstMoment, beta1), mul(g, sub(1, beta1)));
    const secondMoment = add(mul(state.secondMoment, beta2), mul(mul(g, g), sub(1, beta2)));
    const largest = options.amsgrad ? maximum(state.maxSecondMoment, secondMoment) : secondMoment;
    const correction = sub(1, pow(beta2, step));
    const root = {
      outside: () => add(div(sqrt(largest), sqrt(correction)), eps),
      inside: () => sqrt(add(div(largest, correction), eps)),
      hat: () => div(add(sqrt(largest), eps), sqrt(correction)),
    }[options.epsPlacement]();
    return {
      param: sub(param, mul(div(lr, sub(1, pow(beta1, step))), div(firstMoment, root))),
      state: { firstMoment, secondMoment, ...(options.amsgrad ? { maxSecondMoment: largest } : {}) },
    };
  },
});
