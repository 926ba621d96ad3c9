// Tensors as flat f32 memory: 32-bit integers in two planes of halves, everything else one number for each element.

import type { BufferDType, TypedArray } from '@netwright/compiler';

export function toPlanes(data: ArrayLike<number>, isWord: boolean): Float32Array {
  const size = data.length;
  if (!isWord) return Float32Array.from(data);
  const planes = new Float32Array(2 * size);
  for (let at = 0; at < size; at++) {
    planes[at] = data[at] & 0xffff;
    planes[size + at] = data[at] >>> 16;
  }
  return planes;
}

/** The caller's own copy. */
export function fromPlanes(planes: Float32Array, dtype: BufferDType, isWord: boolean): TypedArray {
  if (dtype === 'f32') return planes.slice();
  if (dtype !== 'i32') return Uint8Array.from(planes);
  if (!isWord) return Int32Array.from(planes);
  const size = planes.length / 2;
  return Int32Array.from({ length: size }, (_, at) => planes[at] | (planes[size + at] << 16));
}
