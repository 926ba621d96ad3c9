// Orders of dimensions in memory. Where the store keeps a tensor is a function of its shape alone, because programs of every batch size and mode share it.

import type { Storage } from '@netwright/compiler';

/** Floats of one way of the first cache, 4 KiB. */
const way = 1024;
/** Seven cache lines. */
const tapSpace = 112;

/** Channels last: [n][h][w][c]. */
export const imageOrder: readonly number[] = [0, 2, 3, 1];

/** Dimensions from the outermost to the innermost in memory. */
export function persistentOrder(shape: readonly number[]): readonly number[] {
  // [out, in, kh, kw] -> [kh][kw][in][out] and [out, in] -> [in][out]: output features across vector lanes.
  if (shape.length === 4) return [2, 3, 1, 0];
  if (shape.length === 2) return [1, 0];
  return shape.map((_, dimension) => dimension);
}

export function persistentStorage(shape: readonly number[]): Storage {
  return spaced(storageInOrder(shape, persistentOrder(shape)), shape);
}

/** Taps of filters that lie a multiple of {@link way} apart meet in one set of the cache: they are moved apart. */
function spaced({ strides, offset, size }: Storage, shape: readonly number[]): Storage {
  const [outputs = 1, inputs = 1, rows = 1, columns = 1] = shape;
  const taps = outputs * inputs;
  if (shape.length !== 4 || rows * columns === 1 || taps % way !== 0) return { strides, offset, size };
  const apart = taps + tapSpace;
  return { strides: [strides[0] ?? 1, strides[1] ?? 1, columns * apart, apart], offset, size: rows * columns * apart };
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
