import type { Tensor } from '../tensor.ts';
import { eq } from './eq.ts';
import { not } from './not.ts';

/**
 * Where `a != b`, as bool, for operands of one element type, with NumPy broadcasting; true where either is NaN.
 * Errors: as eq.
 */
export function ne(a: Tensor | number, b: Tensor | number): Tensor {
  return not(eq(a, b));
}
