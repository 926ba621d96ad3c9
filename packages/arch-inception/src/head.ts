// The classifier at the end, and how auxiliary heads enter the loss.

import { classifierHead, type ClassifierHeadOptions } from '@netwright/arch';
import type { OutputOptions, Tensor } from '@netwright/ir';

/** An output for training only. The loss weight is that of arXiv:1409.4842, section 5. */
export function auxiliary(value: Tensor): { readonly value: Tensor } & OutputOptions {
  return { value, role: 'trainingOnly', lossWeight: 0.3 };
}

/** Means over the map, dropout, and the logits. */
export function head(x: Tensor, options: Omit<ClassifierHeadOptions, 'scopes'>): Tensor {
  return classifierHead(x, { ...options, scopes: { pool: 'avgpool', dropout: 'dropout' } });
}
