import { reshape } from '../ops/reshape.ts';
import type { Tensor } from '../tensor.ts';

/** `value` [C] as [1, C, 1, ...], to broadcast over x [N, C, ...]. */
export function perChannel(value: Tensor, x: Tensor): Tensor {
  return reshape(
    value,
    x.shape.map((_, axis) => (axis === 1 ? x.shape[1] : 1)),
  );
}
