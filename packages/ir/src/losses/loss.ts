// Losses as values to hand to `train`.

import type { Tensor } from '../tensor.ts';
import type { TensorType } from '../tensor-type.ts';

/** What training minimizes, as a graph of predictions and targets. */
export interface Loss {
  readonly name: string;
  /** Type of the target for a prediction of the given type. */
  targetType(prediction: TensorType): TensorType;
  /**
   * The mean over the batch, an f32 scalar; with `sampleWeight`, f32 [N], the mean weighted by it (0 leaves a sample out).
   */
  build(prediction: Tensor, target: Tensor, sampleWeight?: Tensor): Tensor;
}
