// Batch normalization in training and inference. arXiv:1502.03167

import { multiplyDims } from '../dim.ts';
import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { dimSize } from '../ops/dim-size.ts';
import { div } from '../ops/div.ts';
import { mul } from '../ops/mul.ts';
import { reshape } from '../ops/reshape.ts';
import { sub } from '../ops/sub.ts';
import { sum } from '../ops/sum.ts';
import { maximum } from '../ops/maximum.ts';
import type { Tensor } from '../tensor.ts';
import { rsqrt } from './powers.ts';

export interface BatchNormOptions {
  /** [C]. */
  readonly weight: Tensor;
  /** [C]. */
  readonly bias: Tensor;
  /** [C]. */
  readonly runningMean: Tensor;
  /** [C]. */
  readonly runningVar: Tensor;
  /** Default 1e-5. */
  readonly eps?: number;
  /** Weight of this batch in the new running statistics. Default 0.1. */
  readonly momentum?: number;
}

export interface BatchNormResult {
  readonly output: Tensor;
  /** New running statistics: to be registered as updates. They pass no gradient. */
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

interface BatchNormAttrs extends Readonly<Record<string, unknown>> {
  readonly eps: number;
  readonly momentum: number;
}

/**
 * Batch normalization of x [N, C], [N, C, L] or [N, C, H, W] over all axes but the second, with the batch's statistics (biased variance); the new running
 * variance uses the unbiased one, as PyTorch. In inference mode the running statistics take their place and do not change.
 */
export function batchNorm(x: Tensor, options: BatchNormOptions): BatchNormResult {
  const { weight, bias, runningMean, runningVar, eps = 1e-5, momentum = 0.1 } = options;
  const [output, mean, variance] = callFunction(batchNormFunction, [x, weight, bias, runningMean, runningVar], { eps, momentum });
  return { output, runningMean: mean, runningVar: variance };
}

/** Batch normalization with given statistics; differentiable in all operands. */
export function batchNormInference(x: Tensor, options: Omit<BatchNormOptions, 'momentum'>): Tensor {
  const { weight, bias, runningMean, runningVar, eps = 1e-5 } = options;
  return callFunction(batchNormInferenceFunction, [x, weight, bias, runningMean, runningVar], { eps })[0];
}

export const batchNormInferenceFunction = defineFunction<{ readonly eps: number }>({
  name: 'batchNormInference',
  expand: ([x, weight, bias, mean, variance], { eps }) => [normalized(x, weight, bias, mean, variance, eps)],
});

export const batchNormFunction = defineFunction<BatchNormAttrs>({
  name: 'batchNorm',
  expand([x, weight, bias, runningMean, runningVar], { eps, momentum }) {
    const { mean, variance, count } = batchStatistics(x);
    const unbiased = div(mul(variance, count), maximum(sub(count, 1), 1));
    return [
      normalized(x, weight, bias, mean, variance, eps),
      add(mul(runningMean, 1 - momentum), mul(mean, momentum)),
      add(mul(runningVar, 1 - momentum), mul(unbiased, momentum)),
    ];
  },
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

function normalized(x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, eps: number): Tensor {
  const scale = mul(weight, rsqrt(add(variance, eps)));
  return add(mul(sub(x, perChannel(mean, x)), perChannel(scale, x)), perChannel(bias, x));
}

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

/** [C] as [1, C, 1, ...]. */
export function perChannel(value: Tensor, x: Tensor): Tensor {
  return reshape(value, x.shape.map((_, axis) => (axis === 1 ? x.shape[1] : 1)));
}
