import type { Tensor } from '../tensor.ts';
import { normalizeGroups, type GroupNormOptions } from './group-norm.ts';

/**
 * Normalization of each channel of each sample of x [N, C, ...] by itself, with the biased variance. arXiv:1607.08022.
 * Errors: `instanceNorm.operands`.
 */
export function instanceNorm(x: Tensor, options: GroupNormOptions = {}): Tensor {
  return normalizeGroups('instanceNorm', x, Number(x.shape[1]), options);
}
