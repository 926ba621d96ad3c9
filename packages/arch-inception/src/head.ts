// The classifier at the end, and how auxiliary heads enter the loss.

import { linearLayer } from '@netwright/arch';
import { dropout, flatten, globalAvgPool2d, type Initializer, type OutputOptions, type Tensor } from '@netwright/ir';

/** An output for training only. The loss weight is that of arXiv:1409.4842, section 5. */
export function auxiliary(value: Tensor): { readonly value: Tensor } & OutputOptions {
  return { value, role: 'trainingOnly', lossWeight: 0.3 };
}

export interface HeadOptions {
  /** Scope of the linear layer. */
  readonly name: string;
  readonly classes: number;
  readonly dropout: number;
  readonly init?: Initializer;
}

/** Means over the map, dropout, and the logits. */
export function head(x: Tensor, { name, classes, dropout: p, init }: HeadOptions): Tensor {
  const { builder } = x;
  const means = builder.within('avgpool', () => flatten(globalAvgPool2d(x), 1));
  const kept = builder.within('dropout', () => dropout(means, { p }));
  return linearLayer(kept, { name, out: classes, ...(init === undefined ? {} : { init }) });
}
