// Copies between canonical (row-major) tensors and their storage, bit-exact.

import type { Storage, TypedArray } from '@netwright/compiler';

/** Whether storage order is canonical order. */
export function isRowMajor(shape: readonly number[], { strides, offset }: Storage): boolean {
  if (offset !== 0) return false;
  let expected = 1;
  for (let k = shape.length - 1; k >= 0; k -= 1) {
    const extent = shape[k] ?? 1;
    if (extent !== 1 && strides[k] !== expected) return false;
    expected *= extent;
  }
  return true;
}

/** Writes canonical `source` into `target`; elements of the storage that hold nothing are left alone. */
export function scatter<A extends TypedArray>(source: A, target: A, shape: readonly number[], storage: Storage): void {
  if (isRowMajor(shape, storage)) {
    target.set(source);
    return;
  }
  walk(shape, storage, (from, at, count, stride) => {
    for (let i = 0; i < count; i += 1) target[at + i * stride] = source[from + i] ?? 0;
  });
}

/** Reads storage `source` into canonical `target`. */
export function gather<A extends TypedArray>(source: A, target: A, shape: readonly number[], storage: Storage): void {
  if (isRowMajor(shape, storage)) {
    target.set(source.subarray(0, target.length));
    return;
  }
  walk(shape, storage, (to, at, count, stride) => {
    for (let i = 0; i < count; i += 1) target[to + i] = source[at + i * stride] ?? 0;
  });
}

/** Visits rows of the last axis: first canonical position, first storage position, length, storage stride. */
function walk(
  shape: readonly number[],
  { strides, offset }: Storage,
  visit: (canonical: number, stored: number, count: number, stride: number) => void,
): void {
  const last = shape.length - 1;
  const row = shape[last] ?? 1;
  let canonical = 0;
  const loop = (depth: number, at: number): void => {
    if (depth >= last) {
      visit(canonical, at, row, strides[last] ?? 1);
      canonical += row;
      return;
    }
    for (let i = 0; i < (shape[depth] ?? 1); i += 1) loop(depth + 1, at + i * (strides[depth] ?? 0));
  };
  loop(0, offset);
}

/** Elements of a dtype over part of a memory's current buffer. */
export function viewOf(
  dtype: 'f32' | 'i32' | 'u8' | 'bool',
  buffer: ArrayBufferLike,
  address: number,
  length: number,
): TypedArray {
  if (dtype === 'f32') return new Float32Array(buffer, address, length);
  return dtype === 'i32' ? new Int32Array(buffer, address, length) : new Uint8Array(buffer, address, length);
}

/** A fresh canonical array. */
export function emptyArray(dtype: 'f32' | 'i32' | 'u8' | 'bool', length: number): TypedArray {
  if (dtype === 'f32') return new Float32Array(length);
  return dtype === 'i32' ? new Int32Array(length) : new Uint8Array(length);
}
