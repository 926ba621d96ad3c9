// A handle on a value of a graph under construction.

import type { GraphBuilder } from './builder.ts';
import type { Shape } from './dim.ts';
import type { DType, TensorType } from './tensor-type.ts';

/** A value of a graph that is being built: operations take handles and give handles. It holds no numbers. */
export interface Tensor {
  readonly builder: GraphBuilder;
  readonly id: number;
  readonly type: TensorType;
  readonly shape: Shape;
  readonly dtype: DType;
}
