// Gives sums of products with much reuse a copy of a padded operand in which the padding is real zeros, so that the
// inner loop has no conditions. Kernels close to each other that read one tensor share the copy.

import type { BufferDecl, Expr, Guard, Index, Kernel, KernelProgram, SchedulePass, Storage } from '@netwright/compiler';
import { axisIndex, kernelLoads, rewrite, shiftIndex } from '@netwright/compiler/kernels';

import { type PaddedLoad, paddedLoadsOf } from './padded-loads.ts';
import { imageOrder, storageInOrder } from './persistent-storage.ts';
import { extraPitch, longRow } from './pitch.ts';
import { addTemporary } from './temporary.ts';

/** Kernels further apart make copies of their own: a copy should not live through the whole program. */
const distance = 8;

export const padOperands: SchedulePass = {
  name: 'pad-operands',
  requires: 'Layouts are chosen.',
  guarantees:
    'Sums of products with at least 16 multiplications for each element of an operand read it without padding guards.',
  run: (program) => {
    const buffers = [...program.buffers];
    const copies = new Map<number, Kernel[]>();
    const replacements = new Map<Expr, Expr>();
    for (const group of groupLoads(program)) {
      const made = copyFor(group, program, buffers);
      if (made === undefined) continue;
      const [first] = group;
      copies.set(first.kernel, [...(copies.get(first.kernel) ?? []), made.copy]);
      for (const [from, to] of made.replacements) replacements.set(from, to);
    }
    const rewriting = {
      axes: new Map<number, Index>(),
      extents: new Map<number, number>(),
      replace: (expr: Expr) => replacements.get(expr),
    };
    const kernels = program.kernels.flatMap((kernel, i) => [
      ...(copies.get(i) ?? []),
      readsAny(kernel, replacements)
        ? {
            ...kernel,
            outputs: kernel.outputs.map((output) => ({ ...output, value: rewrite(output.value, rewriting) })),
          }
        : kernel,
    ]);
    return { buffers, kernels };
  },
};

function readsAny(kernel: Kernel, loads: ReadonlyMap<Expr, unknown>): boolean {
  return loads.size > 0 && kernelLoads(kernel).some((load) => loads.has(load));
}

/** Loads of one buffer by kernels near each other, with no write to the buffer between. */
function groupLoads(program: KernelProgram): readonly (readonly [PaddedLoad, ...PaddedLoad[]])[] {
  const open = new Map<number, [PaddedLoad, ...PaddedLoad[]]>();
  const closed: [PaddedLoad, ...PaddedLoad[]][] = [];
  const close = (buffer: number): void => {
    const group = open.get(buffer);
    if (group !== undefined) closed.push(group);
    open.delete(buffer);
  };
  const loads = paddedLoadsOf(program);
  program.kernels.forEach((kernel, i) => {
    for (const padded of loads[i] ?? []) {
      const group = open.get(padded.load.buffer);
      // Unguarded loads fit any filling; a different one starts a new copy.
      if (
        group !== undefined &&
        fillOf(group) !== undefined &&
        padded.load.guards.length > 0 &&
        fillOf(group) !== padded.load.fill
      )
        close(padded.load.buffer);
      if (group !== undefined && i - (group.at(-1)?.kernel ?? i) > distance) close(padded.load.buffer);
      const current = open.get(padded.load.buffer);
      if (current === undefined) open.set(padded.load.buffer, [padded]);
      else current.push(padded);
    }
    for (const { buffer } of kernel.outputs) close(buffer);
  });
  for (const buffer of [...open.keys()]) close(buffer);
  return closed;
}

function fillOf(group: readonly PaddedLoad[]): number | undefined {
  return group.find(({ load }) => load.guards.length > 0)?.load.fill;
}

function copyFor(
  group: readonly [PaddedLoad, ...PaddedLoad[]],
  program: KernelProgram,
  buffers: BufferDecl[],
): { copy: Kernel; replacements: readonly (readonly [Expr, Expr])[] } | undefined {
  const [{ load, kernel }] = group;
  const source = program.buffers[load.buffer];
  const owner = program.kernels[kernel];
  if (source === undefined || owner === undefined || source.dtype !== 'f32') return undefined;
  const rank = source.shape.length;
  const first = Array.from({ length: rank }, (_, k) => Math.min(...group.map(({ window }) => window[k]?.[0] ?? 0)));
  const shape = first.map((from, k) => Math.max(...group.map(({ window }) => window[k]?.[1] ?? 0)) - from + 1);
  const size = shape.reduce((a, b) => a * b, 1);
  if (size > group.reduce((sum, padded) => sum + padded.worth, 0)) return undefined;
  const scratch = addTemporary(buffers, shape, paddedStorage(shape, source));
  const replacements = group.map(({ load: from }): readonly [Expr, Expr] => [
    from,
    {
      ...from,
      buffer: scratch.id,
      index: from.index.map((index, k) => shiftIndex(index, -(first[k] ?? 0))),
      guards: [],
      fill: 0,
    },
  ]);
  return {
    copy: copyKernel(`${owner.name}/pad${source.id}`, owner, source, scratch, first, fillOf(group) ?? 0),
    replacements,
  };
}

/**
 * The order of the source, but channels last for an image that is padded around (an input comes in canonical order). Dense
 * but for a pitch that is not a power of two between long rows.
 */
function paddedStorage(shape: readonly number[], source: BufferDecl): Storage {
  const isImage = shape.length === 4 && shape[0] === source.shape[0] && shape[1] === source.shape[1];
  const like = isImage ? storageInOrder(source.shape, imageOrder) : source.storage;
  const innermostFirst = shape
    .map((_, dimension) => dimension)
    .sort((a, b) => (like.strides[a] ?? 0) - (like.strides[b] ?? 0) || (shape[b] ?? 0) - (shape[a] ?? 0));
  const strides = shape.map(() => 0);
  let size = 1;
  innermostFirst.forEach((dimension, depth) => {
    strides[dimension] = size;
    size *= shape[dimension] ?? 1;
    if (depth === 0 && size >= longRow && shape.length > 1) size += extraPitch;
  });
  return { strides, offset: 0, size };
}

function copyKernel(
  name: string,
  { sources }: Kernel,
  source: BufferDecl,
  scratch: BufferDecl,
  first: readonly number[],
  fill: number,
): Kernel {
  const at = scratch.shape.map((_, k) => axisIndex(k));
  const index = at.map((one, k) => shiftIndex(one, first[k] ?? 0));
  const guards = index.flatMap((one, k): readonly Guard[] => {
    const from = first[k] ?? 0;
    const extent = source.shape[k] ?? 1;
    return from >= 0 && from + (scratch.shape[k] ?? 1) <= extent ? [] : [{ index: one, lower: 0, upper: extent }];
  });
  return {
    name,
    sources,
    axes: scratch.shape.map((extent, id) => ({ id, extent })),
    reductionAxes: [],
    outputs: [
      { buffer: scratch.id, index: at, value: { kind: 'load', dtype: 'f32', buffer: source.id, index, guards, fill } },
    ],
  };
}
