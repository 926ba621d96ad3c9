// Buffers that hold transformed tiles: one plane for each point of the transformed domain.

import type { BufferDecl, Storage } from '@netwright/compiler';

import { pitchOf } from '../pitch.ts';
import { addTemporary } from '../temporary.ts';

/** Between planes: without it equal positions of all planes meet in one set of the cache. */
const planeGap = 112;

export class Scratch {
  readonly buffers: BufferDecl[];
  readonly #known = new Map<string, number>();

  constructor(buffers: readonly BufferDecl[]) {
    this.buffers = [...buffers];
  }

  /** A temporary in the order of its dimensions, of which the last `inner` make one row. */
  add(shape: readonly number[], inner: number): number {
    return addTemporary(this.buffers, shape, planes(shape, inner)).id;
  }

  /** What `job` makes, with one transformed operand for all of its parts that transform the same values. */
  sharing<T>(job: () => T): T {
    this.#known.clear();
    return job();
  }

  /** The buffer that was made for a text before, or a new one. */
  once(key: string, make: () => number): { readonly buffer: number; readonly isNew: boolean } {
    const known = this.#known.get(key);
    if (known !== undefined) return { buffer: known, isNew: false };
    const buffer = make();
    this.#known.set(key, buffer);
    return { buffer, isNew: true };
  }

  /** A temporary with the given storage. */
  addWith(shape: readonly number[], storage: Storage): number {
    return addTemporary(this.buffers, shape, storage).id;
  }
}

function planes(shape: readonly number[], inner: number): Storage {
  const strides = shape.map(() => 0);
  let size = 1;
  for (let dimension = shape.length - 1; dimension >= 0; dimension -= 1) {
    strides[dimension] = size;
    size *= shape[dimension] ?? 1;
    if (dimension === shape.length - inner) size = pitchOf(size);
    if (dimension === 1) size += planeGap;
  }
  return { strides, offset: 0, size };
}
