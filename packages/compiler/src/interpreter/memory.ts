// The memory of the interpreter: each buffer in an array of its own, laid out as its storage says.

import type { BufferDecl, BufferDType, KernelProgram } from '../kernels/kernel.ts';

/** `f64` keeps f32 values in double precision; `f32` rounds the result of every operation. */
export type Precision = 'f32' | 'f64';

/** Elements of one buffer on the host: f32 in one of the first two, i32 in the third, u8 and bool in the last. */
export type Elements = Float64Array | Float32Array | Int32Array | Uint8Array;

/** Arrays by buffer id, `storage.size` elements each. */
export type Memory = readonly Elements[];

/** Memory of a program: zeros, NaN in f32 buffers that kernels write, so that what is read too early shows, and the data of constants. */
export function allocate({ buffers }: KernelProgram, precision: Precision): Memory {
  const memory = buffers.map(({ dtype, storage }) => elementsOf(dtype, storage.size, precision));
  for (const buffer of buffers) {
    const { role, dtype, id } = buffer;
    const isWritten = role.kind === 'output' || role.kind === 'temporary';
    if (role.kind === 'constant') writeBuffer(buffer, memory[id], role.data);
    if (isWritten && dtype === 'f32') writeBuffer(buffer, memory[id], new Float64Array(sizeOf(buffer)).fill(NaN));
  }
  return memory;
}

function elementsOf(dtype: BufferDType, size: number, precision: Precision): Elements {
  switch (dtype) {
    case 'f32':
      return precision === 'f64' ? new Float64Array(size) : new Float32Array(size);
    case 'i32':
      return new Int32Array(size);
    case 'u8':
    case 'bool':
      return new Uint8Array(size);
  }
}

/** Elements of the logical tensor. */
export function sizeOf({ shape }: Pick<BufferDecl, 'shape'>): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Stores a row-major tensor; a list of one number fills the buffer. */
export function writeBuffer(buffer: BufferDecl, elements: Elements, values: ArrayLike<number>): void {
  const isFill = values.length === 1;
  visitStorage(buffer, (position, at) => {
    elements[at] = values[isFill ? 0 : position];
  });
}

/** The logical tensor in row-major order. */
export function readBuffer(buffer: BufferDecl, elements: Elements): Float64Array {
  const values = new Float64Array(sizeOf(buffer));
  visitStorage(buffer, (position, at) => {
    values[position] = elements[at];
  });
  return values;
}

/** Calls `visit` with the row-major position of each element and its place in memory. */
function visitStorage({ shape, storage }: BufferDecl, visit: (position: number, at: number) => void): void {
  let position = 0;
  const along = (axis: number, at: number): void => {
    if (axis === shape.length) visit(position++, at);
    else for (let i = 0; i < shape[axis]; i++) along(axis + 1, at + i * storage.strides[axis]);
  };
  along(0, storage.offset);
}
