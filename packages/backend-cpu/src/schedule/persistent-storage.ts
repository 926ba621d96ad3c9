// Orders of dimensions in memory. Where the store keeps a tensor is a function of its shape alone, because programs of every batch size and mode share it.

import type { Storage } from '@netwright/compiler';

import { planePitchOf } from './pitch.ts';

/** Channels last: [n][h][w][c]. */
export const imageOrder: readonly number[] = [0, 2, 3, 1];

/** Dimensions from the outermost to the innermost in memory. */
export function persistentOrder(shape: readonly number[]): readonly number[] {
  // [out, in, kh, kw] -> [kh][kw][in][out] and [out, in] -> [in][out]: output features across vector lanes.
  if (shape.length === 4) return [2, 3, 1, 0];
  if (shape.length === 2) return [1, 0];
  return shape.map((_, dimension) => dimension);
}

/** Dense, but for taps of a filter that would meet in few sets of the cache. */
export function persistentStorage(shape: readonly number[]): Storage {
  const dense = storageInOrder(shape, persistentOrder(shape));
  const [outputs = 1, inputs = 1, rows = 1, columns = 1] = shape;
  if (shape.length !== 4 || rows * columns === 1) return dense;
  const pitch = planePitchOf(outputs * inputs);
  return { strides: [1, outputs, columns * pitch, pitch], offset: 0, size: rows * columns * pitch };
}

/** Dense storage with dimensions in the given order, the last contiguous. */
export function storageInOrder(shape: readonly number[], order: readonly number[]): Storage {
  const strides = shape.map(() => 0);
  let size = 1;
  for (const dimension of [...order].reverse()) {
    strides[dimension] = size;
    size *= shape[dimension] ?? 1;
  }
  return { strides, offset: 0, size };
}
