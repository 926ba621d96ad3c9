import { mul, sqrt, sum, type Tensor } from '@netwright/ir';

/** Scalar product of two f32 tensors of one shape. */
export function dot(a: Tensor, b: Tensor): Tensor {
  return sum(mul(a, b));
}

/** Euclidean norm of all elements. */
export function norm(a: Tensor): Tensor {
  return sqrt(dot(a, a));
}
