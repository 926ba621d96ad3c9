// The end of most families: means over the image and one linear layer.

import { dropout as dropoutOf, flatten, globalAvgPool2d, type Tensor } from '@netwright/ir';
import { linearLayer } from '../layers/linear-layer.ts';

/** The linear layer over the means of each channel, and what stands before it. */
export interface ClassifierHeadOptions {
  /** Scope of the linear layer. Default `fc`. */
  readonly name?: string;
  readonly classes: number;
  /** Probability of dropping each mean in training. Default 0. */
  readonly dropout?: number;
}

/** Logits [N, classes] of x [N, C, H, W]: global average pooling, dropout, a linear layer. arXiv:1312.4400 */
export function classifierHead(x: Tensor, { name = 'fc', classes, dropout = 0 }: ClassifierHeadOptions): Tensor {
  const means = flatten(globalAvgPool2d(x), 1);
  return linearLayer(dropoutOf(means, { p: dropout }), { name, out: classes });
}
