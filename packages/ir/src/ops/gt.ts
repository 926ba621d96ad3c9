import type { Tensor } from '../tensor.ts';
import { lt } from './lt.ts';

/**
 * Where `a > b`, as bool, for f32, i32 or u8 operands, with NumPy broadcasting; false where either is NaN. Errors:
 * as lt.
 */
export function gt(a: Tensor | number, b: Tensor | number): Tensor {
  return lt(b, a);
}
