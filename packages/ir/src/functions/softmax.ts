import { callFunction, defineFunction } from '../function.ts';
import { amax } from '../ops/amax.ts';
import { normalizeAxis } from '../ops/axes.ts';
import { div } from '../ops/div.ts';
import { exp } from '../ops/exp.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { sum } from '../ops/sum.ts';
import type { Tensor } from '../tensor.ts';

/**
 * `exp(x) / sum(exp(x))` along `axis` (default the last; negative ones count from the end), with the largest value
 * subtracted first. Errors: `softmax.axis`.
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return callFunction(softmaxFunction, [x], { axis: normalizeAxis('softmax', x, axis) })[0];
}

export const softmaxFunction = defineFunction<{ readonly axis: number }>({
  name: 'softmax',
  expand([x], { axis }) {
    const over = { axes: [axis], keepDims: true };
    const powers = exp(sub(x, amax(x, over)));
    return [div(powers, sum(powers, over))];
  },
  gradient: ({ outputs: [y], grads: [g], attrs: { axis } }) => [
    mul(y, sub(g, sum(mul(g, y), { axes: [axis], keepDims: true }))),
  ],
});
