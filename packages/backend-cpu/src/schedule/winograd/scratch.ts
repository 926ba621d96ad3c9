// Buffers that hold transformed tiles: one plane for each point of the transformed domain.

import type { BufferDecl, Storage } from '@netwright/compiler';

/** Floats from which a row gets a pitch that is not a power of two. */
const longRow = 64;
const extraPitch = 16;
/** Between planes: without it equal positions of all planes meet in one set of the cache. */
const planeGap = 112;

export class Scratch {
  readonly buffers: BufferDecl[];

  constructor(buffers: readonly BufferDecl[]) {
    this.buffers = [...buffers];
  }

  /** A temporary in the order of its dimensions, of which the last `inner` make one row. */
  add(shape: readonly number[], inner: number): number {
    const id = this.buffers.length;
    this.buffers.push({ id, dtype: 'f32', shape, role: { kind: 'temporary' }, storage: planes(shape, inner) });
    return id;
  }

  /** A temporary with the given storage. */
  addWith(shape: readonly number[], storage: Storage): number {
    const id = this.buffers.length;
    this.buffers.push({ id, dtype: 'f32', shape, role: { kind: 'temporary' }, storage });
    return id;
  }
}

function planes(shape: readonly number[], inner: number): Storage {
  const strides = shape.map(() => 0);
  let size = 1;
  for (let dimension = shape.length - 1; dimension >= 0; dimension -= 1) {
    strides[dimension] = size;
    size *= shape[dimension] ?? 1;
    if (dimension === shape.length - inner && size >= longRow && size % longRow === 0) size += extraPitch;
    if (dimension === 1) size += planeGap;
  }
  return { strides, offset: 0, size };
}
