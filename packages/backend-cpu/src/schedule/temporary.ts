import type { BufferDecl, Storage } from '@netwright/compiler';
import { rowMajorStorage } from '@netwright/compiler/kernels';

/** Appends a buffer that lives during a run; its id is its position. */
export function addTemporary(
  buffers: BufferDecl[],
  shape: readonly number[],
  storage: Storage = rowMajorStorage(shape),
  dtype: BufferDecl['dtype'] = 'f32',
): BufferDecl {
  const made: BufferDecl = { id: buffers.length, dtype, shape, role: { kind: 'temporary' }, storage };
  buffers.push(made);
  return made;
}
