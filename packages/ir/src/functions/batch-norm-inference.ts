import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { perChannel } from './per-channel.ts';
import { rsqrt } from './powers.ts';

/** Scale, shift and statistics of each of the C channels. */
export interface BatchNormInferenceOptions {
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
}

/**
 * Batch normalization of x [N, C, ...] with given statistics: `(x - mean) / sqrt(var + eps) * weight + bias`, differentiable
 * in all operands. Errors: `batchNormInference.operands`.
 */
export function batchNormInference(x: Tensor, options: BatchNormInferenceOptions): Tensor {
  const { eps = 1e-5 } = options;
  return callFunction(batchNormInferenceFunction, batchNormOperands('batchNormInference', x, options), { eps })[0];
}

export const batchNormInferenceFunction = defineFunction<{ readonly eps: number }>({
  name: 'batchNormInference',
  expand: ([x, weight, bias, mean, variance], { eps }) => [normalized(x, weight, bias, mean, variance, eps)],
});

export function normalized(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  eps: number,
): Tensor {
  const scale = mul(weight, rsqrt(add(variance, eps)));
  return add(mul(sub(x, perChannel(mean, x)), perChannel(scale, x)), perChannel(bias, x));
}

/** `[x, weight, bias, runningMean, runningVar]`, checked. */
export function batchNormOperands(operation: string, x: Tensor, options: BatchNormInferenceOptions): readonly Tensor[] {
  const { weight, bias, runningMean, runningVar } = options;
  const check = new ShapeCheck(
    operation,
    [x, weight, bias, runningMean, runningVar].map(({ type }) => type),
    x.builder.scope,
  );
  check.require(x.dtype === 'f32', () => `element type ${x.dtype} is not f32`);
  if (check.require(x.shape.length >= 2, 'x has no channel axis')) {
    for (const [name, { dtype, shape }] of Object.entries({ weight, bias, runningMean, runningVar })) {
      check.require(
        dtype === 'f32' && shape.length === 1 && shape[0] === x.shape[1],
        () => `${name} is not f32[${String(x.shape[1])}]`,
      );
    }
  }
  check.done('x [N, C, ...], and weight, bias, runningMean and runningVar [C]');
  return [x, weight, bias, runningMean, runningVar];
}
