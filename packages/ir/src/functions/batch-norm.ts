// Batch normalization with the statistics of the batch. arXiv:1502.03167

import { multiplyDims } from '../dim.ts';
import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { dimSize } from '../ops/dim-size.ts';
import { div } from '../ops/div.ts';
import { maximum } from '../ops/maximum.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { sum } from '../ops/sum.ts';
import type { Tensor } from '../tensor.ts';
import { batchNormOperands, normalized, type BatchNormInferenceOptions } from './batch-norm-inference.ts';
import { perChannel } from './per-channel.ts';
import { rsqrt } from './powers.ts';
import { stopGradient } from './stop-gradient.ts';

/** Scale, shift and running statistics of each channel, and how fast the latter move. */
export interface BatchNormOptions extends BatchNormInferenceOptions {
  /** Weight of this batch in the new running statistics. Default 0.1. */
  readonly momentum?: number;
}

/** The normalized batch, with the running statistics after it. */
export interface BatchNormResult {
  readonly output: Tensor;
  /** New running statistics, to be registered as updates. No gradient passes through them. */
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

/**
 * Batch normalization of x [N, C], [N, C, L] or [N, C, H, W] over all axes but the second, with the batch's statistics
 * (biased variance). The new running variance uses the unbiased one, as PyTorch (the biased one, 0, where a channel has a
 * single value). In inference mode the running statistics take the batch's place and do not change.
 *
 * Errors: `batchNorm.operands`.
 */
export function batchNorm(x: Tensor, options: BatchNormOptions): BatchNormResult {
  const { eps = 1e-5, momentum = 0.1 } = options;
  const operands = batchNormOperands('batchNorm', x, options);
  const [output, runningMean, runningVar] = callFunction(batchNormFunction, operands, { eps, momentum });
  return { output, runningMean, runningVar };
}

export const batchNormFunction = defineFunction<{ readonly eps: number; readonly momentum: number }>({
  name: 'batchNorm',
  expand([x, weight, bias, runningMean, runningVar], { eps, momentum }) {
    const { mean, variance, count } = batchStatistics(x);
    const unbiased = div(mul(variance, count), maximum(sub(count, 1), 1));
    const moved = (running: Tensor, batch: Tensor): Tensor =>
      stopGradient(add(mul(running, 1 - momentum), mul(batch, momentum)));
    return [normalized(x, weight, bias, mean, variance, eps), moved(runningMean, mean), moved(runningVar, unbiased)];
  },
  // Two passes: both sums, then x's gradient.
  gradient({ inputs: [x, weight], grads: [g], attrs: { eps } }) {
    const axes = statisticAxes(x);
    const { mean, variance, count } = batchStatistics(x);
    const inverse = rsqrt(add(variance, eps));
    const xHat = mul(sub(x, perChannel(mean, x)), perChannel(inverse, x));
    const gradBias = sum(g, { axes });
    const gradWeight = sum(mul(g, xHat), { axes });
    const meanGrad = perChannel(div(gradBias, count), x);
    const meanProduct = perChannel(div(gradWeight, count), x);
    const scale = perChannel(mul(weight, inverse), x);
    return [mul(scale, sub(sub(g, meanGrad), mul(xHat, meanProduct))), gradWeight, gradBias];
  },
  inference: ([x, weight, bias, runningMean, runningVar], { eps }) => [
    normalized(x, weight, bias, runningMean, runningVar, eps),
    runningMean,
    runningVar,
  ],
});

function batchStatistics(x: Tensor): { readonly mean: Tensor; readonly variance: Tensor; readonly count: Tensor } {
  const axes = statisticAxes(x);
  const count = dimSize(x.builder, multiplyDims(...axes.map((axis) => x.shape[axis])));
  const mean = div(sum(x, { axes }), count);
  const distance = sub(x, perChannel(mean, x));
  return { mean, variance: div(sum(mul(distance, distance), { axes }), count), count };
}

function statisticAxes(x: Tensor): readonly number[] {
  return x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
}
