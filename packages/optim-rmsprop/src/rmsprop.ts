// RMSProp.

import { add, div, maximum, mul, sqrt, sub } from '@netwright/ir';
import { defineOptimizer, requireOptions } from '@netwright/optim';

const CHOICES: { readonly epsPlacement: 'outside' | 'inside' } = { epsPlacement: 'outside' };
const NUMBERS = { lr: 1e-2, alpha: 0.99, eps: 1e-8, momentum: 0, initialAccumulator: 0, weightDecay: 0 };

/**
 * RMSProp, as `torch.optim.RMSprop`: `s = alpha * s + (1 - alpha) * g^2; param -= lr * g / (sqrt(s) + eps)`. `centered` subtracts the square of the
 * running mean of `g` from `s` (Graves 2013), not below 0. With `momentum`, `v = momentum * v + g / (sqrt(s) + eps); param -= lr * v`; `lrInside`
 * puts the learning rate into that velocity, as TensorFlow. `epsPlacement: 'inside'` is `sqrt(s + eps)`, as TensorFlow and the recipe of EfficientNet. `s` starts at `initialAccumulator`.
 *
 * Defaults: `lr` 1e-2, `alpha` 0.99, `eps` 1e-8, `epsPlacement` `outside`, `momentum` 0, `centered` false, `lrInside` false, `initialAccumulator` 0,
 * `weightDecay` 0 (L2, added to the gradient). Tieleman and Hinton, lecture 6.5, 2012.
 *
 * @throws NetwrightError `rmsprop.options` when an option is out of range, or `lrInside` comes without `momentum`.
 */
export const rmsprop = defineOptimizer({
  name: 'rmsprop',
  options: { ...NUMBERS, ...CHOICES, centered: false, lrInside: false },
  structural: ['initialAccumulator'],
  check: (options) => {
    const positive = Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, [0, Infinity] as const]));
    requireOptions(
      'rmsprop',
      options,
      {
        ...positive,
        alpha: { from: 0, below: 1 },
        epsPlacement: { oneOf: ['outside', 'inside'] },
      },
      options.lrInside && options.momentum === 0 ? ['lrInside has no meaning without momentum'] : [],
    );
  },
  state: ({ centered, momentum, initialAccumulator }) => ({
    meanSquare: { kind: 'constant', value: initialAccumulator },
    ...(centered ? { mean: { kind: 'constant', value: 0 } } : {}),
    ...(momentum === 0 ? {} : { velocity: { kind: 'constant', value: 0 } }),
  }),
  update({ param, grad, state, hyper: { lr, alpha, eps, momentum, weightDecay }, options }) {
    const g = add(grad, mul(param, weightDecay));
    const average = (old: typeof g, value: typeof g): typeof g => add(mul(old, alpha), mul(value, sub(1, alpha)));
    const meanSquare = average(state.meanSquare, mul(g, g));
    const mean = options.centered ? { mean: average(state.mean, g) } : undefined;
    const s = mean === undefined ? meanSquare : maximum(sub(meanSquare, mul(mean.mean, mean.mean)), 0);
    const scaled = div(g, options.epsPlacement === 'inside' ? sqrt(add(s, eps)) : add(sqrt(s), eps));
    if (options.momentum === 0) return { param: sub(param, mul(scaled, lr)), state: { meanSquare, ...mean } };
    const velocity = add(mul(state.velocity, momentum), options.lrInside ? mul(scaled, lr) : scaled);
    const step = options.lrInside ? velocity : mul(velocity, lr);
    return { param: sub(param, step), state: { meanSquare, ...mean, velocity } };
  },
});
