import type { Storage } from './kernel.ts';

/** Elements one after the other, the last axis fastest. */
export function rowMajorStorage(shape: readonly number[]): Storage {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return { strides, offset: 0, size: shape.reduce((product, dim) => product * dim, 1) };
}
