// AdaGrad.

import { add, div, mul, sqrt, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

/** `outside`: `sqrt(sum) + eps`, as the paper and PyTorch; `inside`: `sqrt(sum + eps)`, as Keras. */
const CHOICES: { readonly epsPlacement: 'outside' | 'inside' } = { epsPlacement: 'outside' };

/**
 * AdaGrad, as `torch.optim.Adagrad`: `s += g^2; param -= lr / (1 + (t - 1) * lrDecay) * g / (sqrt(s) + eps)`. The sum `s` starts at
 * `initialAccumulator`.
 *
 * Defaults: `lr` 1e-2, `lrDecay` 0, `eps` 1e-10, `epsPlacement` `outside`, `initialAccumulator` 0, `weightDecay` 0 (L2, added to the gradient).
 * Duchi, Hazan and Singer, JMLR 12, 2011.
 *
 * @throws NetwrightError `adagrad.options` when an option is out of range.
 */
export const adagrad = defineOptimizer({
  name: 'adagrad',
  options: {
    lr: 1e-2,
    lrDecay: 0,
    eps: 1e-10,
    initialAccumulator: 0,
    weightDecay: 0,
    ...CHOICES,
  },
  structural: ['initialAccumulator'],
  check: (options) => {
    requireOptions('adagrad', options, {
      lr: [0, Infinity],
      lrDecay: [0, Infinity],
      eps: [0, Infinity],
      epsPlacement: { oneOf: ['outside', 'inside'] },
      initialAccumulator: [0, Infinity],
      weightDecay: [0, Infinity],
    });
  },
  state: ({ initialAccumulator }) => ({ sumOfSquares: { kind: 'constant', value: initialAccumulator } }),
  update({ param, grad, state, step, hyper: { lr, lrDecay, eps, weightDecay }, options }) {
    const g = add(grad, mul(param, weightDecay));
    const sumOfSquares = add(state.sumOfSquares, mul(g, g));
    const root = options.epsPlacement === 'inside' ? sqrt(add(sumOfSquares, eps)) : add(sqrt(sumOfSquares), eps);
    const rate = div(lr, add(mul(sub(step, 1), lrDecay), 1));
    return { param: sub(param, mul(rate, div(g, root))), state: { sumOfSquares } };
  },
});
