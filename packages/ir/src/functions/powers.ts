// Common powers of f32 tensors, elementwise.

import { div } from '../ops/div.ts';
import { mul } from '../ops/mul.ts';
import { sqrt } from '../ops/sqrt.ts';
import type { Tensor } from '../tensor.ts';

/** `x * x`. */
export function square(x: Tensor): Tensor {
  return mul(x, x);
}

/** `1 / x`. */
export function reciprocal(x: Tensor): Tensor {
  return div(1, x);
}

/** `1 / sqrt(x)`. */
export function rsqrt(x: Tensor): Tensor {
  return div(1, sqrt(x));
}
