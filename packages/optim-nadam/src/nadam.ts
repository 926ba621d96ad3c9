// NAdam: Adam with Nesterov's momentum.

import { add, div, mul, pow, sqrt, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';
import { roundToSingle } from './single-precision.ts';

const NUMBERS = { lr: 2e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, momentumDecay: 4e-3 };
const CHOICES: { readonly product: 'paper' | 'torch1' } = { product: 'paper' };

/**
 * NAdam, as `torch.optim.NAdam`. The momentum of step t is `mu_t = beta1 * (1 - 0.96^(t * momentumDecay) / 2)`, and the step `lr * ((1 - mu_t) * g / (1 -
 * P_t) + mu_(t+1) * m / (1 - P_t * mu_(t+1))) / (sqrt(v / (1 - beta2^t)) + eps)` with `P_t` the product of all momenta up to `mu_t`.
 *
 * `product: 'torch1'` is what PyTorch did up to 1.13: `P_t * mu_t * mu_(t+1)` in place of `P_t * mu_(t+1)`, with `P_t` in single precision even in double.
 *
 * Defaults: `lr` 2e-3, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8, `weightDecay` 0 (L2, added to the gradient), `momentumDecay` 4e-3, `product` `paper`. Dozat, ICLR
 * workshop 2016.
 *
 * @throws NetwrightError `nadam.options` when an option is out of range.
 */
export const nadam = defineOptimizer({
  name: 'nadam',
  options: { ...NUMBERS, ...CHOICES },
  check: (options) => {
    const positive = Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, [0, Infinity] as const]));
    const share = { from: 0, below: 1 } as const;
    requireOptions('nadam', options, {
      ...positive,
      beta1: share,
      beta2: share,
      product: { oneOf: ['paper', 'torch1'] },
    });
  },
  state: () => ({ firstMoment: { kind: 'constant', value: 0 }, secondMoment: { kind: 'constant', value: 0 } }),
  scalars: () => ({ momentumProduct: { kind: 'constant', value: 1 } }),
  update({ param, grad, state, step, hyper: { lr, beta1, beta2, eps, weightDecay, momentumDecay }, options }) {
    const g = add(grad, mul(param, weightDecay));
    const firstMoment = add(mul(state.firstMoment, beta1), mul(g, sub(1, beta1)));
    const secondMoment = add(mul(state.secondMoment, beta2), mul(mul(g, g), sub(1, beta2)));
    const momentumAt = (t: typeof step): typeof step => mul(beta1, sub(1, mul(pow(0.96, mul(t, momentumDecay)), 0.5)));
    const [now, next] = [momentumAt(step), momentumAt(add(step, 1))];
    const times = (product: typeof step, momentum: typeof step): typeof step =>
      options.product === 'paper' ? mul(product, momentum) : roundToSingle(mul(product, roundToSingle(momentum)));
    const momentumProduct = times(state.momentumProduct, now);
    const nextProduct = times(options.product === 'paper' ? momentumProduct : times(momentumProduct, now), next);
    const root = add(sqrt(div(secondMoment, sub(1, pow(beta2, step)))), eps);
    const fresh = mul(g, div(mul(lr, sub(1, now)), sub(1, momentumProduct)));
    const carried = mul(firstMoment, div(mul(lr, next), sub(1, nextProduct)));
    return { param: sub(param, div(add(fresh, carried), root)), state: { firstMoment, secondMoment, momentumProduct } };
  },
});
