// Addressing that reductions share.

import { rowMajorStrides } from './row-major.ts';

/** Strides with which an index of `shape` finds its element of the result of reducing `axes`. */
export function reductionStrides(shape: readonly number[], axes: readonly number[]): readonly number[] {
  const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return rowMajorStrides(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
}
