import type { Tensor } from '../tensor.ts';
import { le } from './le.ts';

/**
 * Where `a >= b`, as bool, for f32, i32 or u8 operands, with NumPy broadcasting; false where either is NaN. Errors:
 * as le.
 */
export function ge(a: Tensor | number, b: Tensor | number): Tensor {
  return le(b, a);
}
