// Softmax and its logarithm, both with the largest value subtracted first.

import { callFunction, defineFunction } from '../function.ts';
import { amax } from '../ops/amax.ts';
import { normalizeAxis } from '../ops/axes.ts';
import { div } from '../ops/div.ts';
import { exp } from '../ops/exp.ts';
import { log } from '../ops/log.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { sum } from '../ops/sum.ts';
import type { Tensor } from '../tensor.ts';

interface AxisAttrs extends Readonly<Record<string, unknown>> {
  readonly axis: number;
}

/** `exp(x) / sum(exp(x))` along `axis` (negative ones count from the end). */
export function softmax(x: Tensor, axis = -1): Tensor {
  return callFunction(softmaxFunction, [x], { axis: normalizeAxis('softmax', x, axis) })[0];
}

export const softmaxFunction = defineFunction<AxisAttrs>({
  name: 'softmax',
  expand([x], { axis }) {
    const shifted = exp(sub(x, amax(x, { axes: [axis], keepDims: true })));
    return [div(shifted, sum(shifted, { axes: [axis], keepDims: true }))];
  },
  gradient: ({ outputs: [y], grads: [g], attrs: { axis } }) => [mul(y, sub(g, sum(mul(g, y), { axes: [axis], keepDims: true })))],
});

/** `x - log(sum(exp(x)))` along `axis` (negative ones count from the end). */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return callFunction(logSoftmaxFunction, [x], { axis: normalizeAxis('logSoftmax', x, axis) })[0];
}

export const logSoftmaxFunction = defineFunction<AxisAttrs>({
  name: 'logSoftmax',
  expand([x], { axis }) {
    const shifted = sub(x, amax(x, { axes: [axis], keepDims: true }));
    return [sub(shifted, log(sum(exp(shifted), { axes: [axis], keepDims: true })))];
  },
  gradient: ({ outputs: [y], grads: [g], attrs: { axis } }) => [sub(g, mul(exp(y), sum(g, { axes: [axis], keepDims: true })))],
});
