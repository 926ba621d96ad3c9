import type { Tensor } from '../tensor.ts';
import { maskRandomly, randomMaskFunction } from './random-mask.ts';

/**
 * Stochastic depth: zeroes whole samples of x [N, ...] with probability `p` and divides the others by 1 - p; the identity in
 * inference mode. Its random numbers are as those of `dropout`. arXiv:1603.09382
 *
 * Errors: `dropPath.p`.
 */
export function dropPath(x: Tensor, { p }: { readonly p: number }): Tensor {
  const mask = x.shape.map((dim, axis) => (axis === 0 ? dim : 1));
  return maskRandomly(dropPathFunction, x, p, mask);
}

export const dropPathFunction = randomMaskFunction('dropPath');
