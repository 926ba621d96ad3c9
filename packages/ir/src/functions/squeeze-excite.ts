import { conv2d } from '../ops/conv2d.ts';
import { mul } from '../ops/mul.ts';
import type { Tensor } from '../tensor.ts';
import { globalAvgPool2d } from './global-avg-pool2d.ts';
import { relu } from './relu.ts';
import { sigmoid } from './sigmoid.ts';

/** The two 1x1 convolutions on the means of C channels, by way of R, and what follows each. arXiv:1709.01507 */
export interface SqueezeExciteOptions {
  /** [R, C, 1, 1]. */
  readonly reduceWeight: Tensor;
  /** [R]. */
  readonly reduceBias?: Tensor | undefined;
  /** [C, R, 1, 1]. */
  readonly expandWeight: Tensor;
  /** [C]. */
  readonly expandBias?: Tensor | undefined;
  /** Default relu. */
  readonly activation?: (x: Tensor) => Tensor;
  /** Default sigmoid. */
  readonly gate?: (x: Tensor) => Tensor;
}

/** Scales the channels of x [N, C, H, W] by gates computed from their means. arXiv:1709.01507 */
export function squeezeExcite(x: Tensor, options: SqueezeExciteOptions): Tensor {
  const { reduceWeight, reduceBias, expandWeight, expandBias, activation = relu, gate = sigmoid } = options;
  const squeezed = activation(conv2d(globalAvgPool2d(x), reduceWeight, { bias: reduceBias }));
  return mul(x, gate(conv2d(squeezed, expandWeight, { bias: expandBias })));
}
