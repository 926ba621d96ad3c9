import { concat } from '../ops/concat.ts';
import type { Tensor } from '../tensor.ts';
import { unsqueeze } from './squeeze.ts';

/** Tensors of one type side by side along a new axis `axis` (default 0). Errors: `unsqueeze.axis`, those of concat. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const expanded = tensors.map((tensor) => unsqueeze(tensor, axis));
  return concat(expanded, axis);
}
