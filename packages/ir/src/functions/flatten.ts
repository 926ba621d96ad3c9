import { multiplyDims } from '../dim.ts';
import { normalizeAxis } from '../ops/axes.ts';
import { reshape } from '../ops/reshape.ts';
import type { Tensor } from '../tensor.ts';

/**
 * All axes from `startAxis` (default 0) on as one; a scalar becomes a tensor of one element. Errors:
 * `flatten.axis`.
 */
export function flatten(x: Tensor, startAxis = 0): Tensor {
  if (x.shape.length === 0) return reshape(x, [1]);
  const start = normalizeAxis('flatten', x, startAxis);
  return reshape(x, [...x.shape.slice(0, start), multiplyDims(...x.shape.slice(start))]);
}
