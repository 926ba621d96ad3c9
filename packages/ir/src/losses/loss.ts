// Losses as values to hand to `train`.

import type { Tensor } from '../tensor.ts';
import type { TensorType } from '../tensor-type.ts';

export interface Loss {
  readonly name: string;
  /** Type of the target for a prediction of the given type. */
  targetType(prediction: TensorType): TensorType;
  /** The mean over the batch, an f32 scalar. */
  build(prediction: Tensor, target: Tensor): Tensor;
}

export type Reduction = 'mean' | 'sum' | 'none';
