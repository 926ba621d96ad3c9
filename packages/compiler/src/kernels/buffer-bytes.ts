// Sizes of buffers.

import type { BufferDecl, BufferDType } from './kernel.ts';

export const STORED_BYTES: Readonly<Record<BufferDType, number>> = { f32: 4, i32: 4, u8: 1, bool: 1 };

/** Bytes of the logical tensor. */
export function canonicalBytes({ dtype, shape }: Pick<BufferDecl, 'dtype' | 'shape'>): number {
  return shape.reduce((product, dim) => product * dim, STORED_BYTES[dtype]);
}

/** Bytes of its storage, padding included. */
export function storageBytes({ dtype, storage }: Pick<BufferDecl, 'dtype' | 'storage'>): number {
  return storage.size * STORED_BYTES[dtype];
}
