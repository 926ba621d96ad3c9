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
  if (isRowMajor(shape, storage)) target.set(source);
  else copy({ data: source, ...rowMajor(shape) }, { data: target, ...storage }, shape);
}

/** Reads storage `source` into canonical `target`. */
export function gather<A extends TypedArray>(source: A, target: A, shape: readonly number[], storage: Storage): void {
  if (isRowMajor(shape, storage)) target.set(source.subarray(0, target.length));
  else copy({ data: source, ...storage }, { data: target, ...rowMajor(shape) }, shape);
}

interface Strided {
  readonly data: TypedArray;
  readonly strides: readonly number[];
  readonly offset: number;
}

function rowMajor(shape: readonly number[]): Pick<Strided, 'strides' | 'offset'> {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  return { strides, offset: 0 };
}

/** Copies all elements in the order of the shape; three axes are in one loop, as windows of convolutions alone are too short for one. */
function copy(from: Strided, to: Strided, shape: readonly number[]): void {
  const [planes, rows, columns] = [3, 2, 1].map((last) => shape.at(-last) ?? 1);
  const [fromPlane, fromRow, fromColumn] = [3, 2, 1].map((last) => from.strides.at(-last) ?? 0);
  const [toPlane, toRow, toColumn] = [3, 2, 1].map((last) => to.strides.at(-last) ?? 0);
  const { data: source } = from;
  const { data: target } = to;
  const block = (first: number, place: number): void => {
    for (let plane = 0; plane < planes; plane++) {
      for (let row = 0; row < rows; row++) {
        let read = first + plane * fromPlane + row * fromRow;
        let write = place + plane * toPlane + row * toRow;
        for (let column = 0; column < columns; column++) {
          target[write] = source[read];
          read += fromColumn;
          write += toColumn;
        }
      }
    }
  };
  const outer = shape.length - 3;
  const loop = (axis: number, first: number, place: number): void => {
    if (axis >= outer) {
      block(first, place);
      return;
    }
    for (let i = 0; i < shape[axis]; i++) loop(axis + 1, first + i * from.strides[axis], place + i * to.strides[axis]);
  };
  loop(0, from.offset, to.offset);
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
