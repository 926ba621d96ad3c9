// Gives rows of a length that is bad for caches a pitch, where a sum of products steps from row to row, as gradients of weights do: elements of
// rows that lie a multiple of a kilobyte apart meet in few sets of the cache.

import type { BufferDecl, Kernel, SchedulePass, Storage } from '@netwright/compiler';
import { type LoadExpr, loadsOf, type ReduceExpr } from '@netwright/compiler/kernels';

import { contractionsOf, extentsOf, strideAlong } from './contraction.ts';
import { extraPitch } from './pitch.ts';

/** Floats of a kilobyte. */
const badLength = 256;
/** Shorter rows would take more than three hundredths more memory. */
const shortestRow = 512;
/** Fewest rows of a sum. */
const fewestRows = 16;

export const padRows: SchedulePass = {
  name: 'pad-rows',
  requires: 'Layouts are chosen.',
  guarantees:
    'Temporary buffers from which a sum of products reads one element of each of many rows have no rows of 512 floats or more that are a multiple of a kilobyte.',
  run: ({ buffers, kernels }) => {
    const walked = new Set(kernels.flatMap((kernel) => walkedAcross(kernel, buffers)));
    return { buffers: buffers.map((decl) => (walked.has(decl.id) ? withPitch(decl) : decl)), kernels };
  },
};

/** Buffers that a sum of products of the kernel reads row by row. */
function walkedAcross(kernel: Kernel, buffers: readonly BufferDecl[]): readonly number[] {
  const extents = extentsOf(kernel);
  return contractionsOf(kernel).flatMap((reduce) =>
    loadsOf(reduce.body)
      .filter((load) => rowsOf(load, reduce, extents, buffers[load.buffer]) >= fewestRows)
      .map(({ buffer }) => buffer),
  );
}

/** Rows that the sum visits, where it does not run along them. */
function rowsOf(
  { index }: LoadExpr,
  { axes }: ReduceExpr,
  extents: ReadonlyMap<number, number>,
  decl: BufferDecl | undefined,
): number {
  const strides = decl?.storage.strides ?? [];
  let rows = 1;
  for (const axis of axes) {
    const stride = Math.abs(strideAlong(axis, index, strides));
    if (stride === 1) return 0;
    if (stride > 0 && stride % badLength === 0) rows *= extents.get(axis) ?? 1;
  }
  return rows;
}

function withPitch(decl: BufferDecl): BufferDecl {
  const { role, dtype, shape, storage } = decl;
  const length = shape[storage.strides.indexOf(1)] ?? 1;
  if (role.kind !== 'temporary' || dtype !== 'f32' || length < shortestRow || length % badLength !== 0) return decl;
  const isRow = (stride: number): boolean => stride >= length;
  if (storage.offset !== 0 || storage.strides.some((stride) => isRow(stride) && stride % length !== 0)) return decl;
  const pitch = length + extraPitch;
  const moved = (distance: number): number => (distance / length) * pitch;
  const padded: Storage = {
    strides: storage.strides.map((stride) => (isRow(stride) ? moved(stride) : stride)),
    offset: 0,
    size: moved(storage.size),
  };
  return { ...decl, storage: padded };
}
