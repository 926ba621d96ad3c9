import { callFunction, defineFunction } from '../function.ts';
import { amax } from '../ops/amax.ts';
import { normalizeAxis } from '../ops/axes.ts';
import { exp } from '../ops/exp.ts';
import { log } from '../ops/log.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { sum } from '../ops/sum.ts';
import type { Tensor } from '../tensor.ts';

/**
 * `x - log(sum(exp(x)))` along `axis` (default the last; negative ones count from the end), with the largest value
 * subtracted first. Errors: `logSoftmax.axis`.
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return callFunction(logSoftmaxFunction, [x], { axis: normalizeAxis('logSoftmax', x, axis) })[0];
}

export const logSoftmaxFunction = defineFunction<{ readonly axis: number }>({
  name: 'logSoftmax',
  expand([x], { axis }) {
    const over = { axes: [axis], keepDims: true };
    const shifted = sub(x, amax(x, over));
    return [sub(shifted, log(sum(exp(shifted), over)))];
  },
  gradient: ({ outputs: [y], grads: [g], attrs: { axis } }) => [
    sub(g, mul(exp(y), sum(g, { axes: [axis], keepDims: true }))),
  ],
});
