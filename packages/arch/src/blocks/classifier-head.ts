// The end of most families: means over the image and one linear layer.

import { dropout as dropoutOf, flatten, globalAvgPool2d, type Initializer, type Tensor } from '@netwright/ir';
import { linearLayer } from '../layers/linear-layer.ts';

/** The linear layer over the means of each channel, and what stands before it. */
export interface ClassifierHeadOptions {
  /** Scope of the linear layer. Default `fc`. */
  readonly name?: string;
  readonly classes: number;
  /** Probability of dropping each mean in training. Default 0. */
  readonly dropout?: number;
  /** Start of the linear layer. Default as {@link linearLayer}'s. */
  readonly init?: Initializer;
  /** Scopes of pooling and dropout. Default none. */
  readonly scopes?: { readonly pool?: string; readonly dropout?: string };
}

/** Logits [N, classes] of x [N, C, H, W]: global average pooling, dropout, a linear layer. arXiv:1312.4400 */
export function classifierHead(
  x: Tensor,
  { name = 'fc', classes, dropout = 0, init, scopes = {} }: ClassifierHeadOptions,
): Tensor {
  const { builder } = x;
  const means = builder.within(scopes.pool ?? '', () => flatten(globalAvgPool2d(x), 1));
  const kept = builder.within(scopes.dropout ?? '', () => dropoutOf(means, { p: dropout }));
  return linearLayer(kept, { name, out: classes, ...(init === undefined ? {} : { init }) });
}
