// Gives sums of products with much reuse a copy of a padded operand in which the padding is real zeros, so that the
// inner loop has no conditions. Kernels close to each other that read one tensor share the copy.

import type { BufferDecl, Expr, Guard, Index, Kernel, KernelProgram, SchedulePass, Storage } from '@netwright/compiler';
import {
  axisIndex,
  indexKey,
  kernelLoads,
  type LoadExpr,
  loadsOf,
  rangeOf,
  rewrite,
  shiftIndex,
} from '@netwright/compiler/kernels';

import { contractionsOf, extentsOf, multiplications } from './contraction.ts';
import { imageOrder, storageInOrder } from './persistent-storage.ts';
import { extraPitch, longRow } from './pitch.ts';
import { addTemporary } from './temporary.ts';

/** Fewest multiplications for each copied element. */
const intensity = 16;
/** Kernels without sums that read so many places of an operand for each point read overlapping tiles of it. */
const tileLoads = 4;
/** Kernels further apart make copies of their own: a copy should not live through the whole program. */
const distance = 8;

interface Request {
  readonly kernel: number;
  readonly load: LoadExpr;
  /** First and last index visited, for each dimension. */
  readonly window: readonly (readonly [number, number])[];
  /** Copied elements that the relief from guards is worth; 0 where no guard can fail. */
  readonly worth: number;
}

export const padOperands: SchedulePass = {
  name: 'pad-operands',
  requires: 'Layouts are chosen.',
  guarantees:
    'Sums of products with at least 16 multiplications for each element of an operand read it without padding guards.',
  run: (program) => {
    const buffers = [...program.buffers];
    const copies = new Map<number, Kernel[]>();
    const replacements = new Map<Expr, Expr>();
    for (const group of groupRequests(program)) {
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

/** Requests for one buffer by kernels near each other, with no write to the buffer between. */
function groupRequests(program: KernelProgram): readonly (readonly [Request, ...Request[]])[] {
  const open = new Map<number, [Request, ...Request[]]>();
  const closed: [Request, ...Request[]][] = [];
  const close = (buffer: number): void => {
    const group = open.get(buffer);
    if (group !== undefined) closed.push(group);
    open.delete(buffer);
  };
  program.kernels.forEach((kernel, i) => {
    for (const request of requestsOf(kernel, i, program)) {
      const group = open.get(request.load.buffer);
      // Unguarded loads fit any filling; a different one starts a new copy.
      if (
        group !== undefined &&
        fillOf(group) !== undefined &&
        request.load.guards.length > 0 &&
        fillOf(group) !== request.load.fill
      )
        close(request.load.buffer);
      if (group !== undefined && i - (group.at(-1)?.kernel ?? i) > distance) close(request.load.buffer);
      const current = open.get(request.load.buffer);
      if (current === undefined) open.set(request.load.buffer, [request]);
      else current.push(request);
    }
    for (const { buffer } of kernel.outputs) close(buffer);
  });
  for (const buffer of [...open.keys()]) close(buffer);
  return closed;
}

function fillOf(group: readonly Request[]): number | undefined {
  return group.find(({ load }) => load.guards.length > 0)?.load.fill;
}

function requestsOf(kernel: Kernel, position: number, program: KernelProgram): readonly Request[] {
  const extents = extentsOf(kernel);
  const evaluations = kernel.axes.reduce((product, { extent }) => product * extent, 1);
  return [
    ...contractionsOf(kernel).flatMap((reduce) => {
      const worth = multiplications(kernel, reduce) / intensity;
      return loadsOf(reduce.body).flatMap((load) => requestFor(load, worth));
    }),
    ...tilesOf(kernel).flatMap((load) => requestFor(load, evaluations)),
  ];

  function requestFor(load: LoadExpr, worth: number): readonly Request[] {
    const shape = program.buffers[load.buffer]?.shape ?? [];
    if (!load.guards.every((guard) => guardedDimension(load, guard, shape) !== undefined)) return [];
    const padded = load.guards.some(({ index, lower, upper }) => {
      const [low, high] = rangeOf(index, extents) ?? [-Infinity, Infinity];
      return low < lower || high >= upper;
    });
    const window: (readonly [number, number])[] = [];
    for (const index of load.index) {
      const range = rangeOf(index, extents);
      if (range === undefined) return [];
      window.push(range);
    }
    return [{ kernel: position, load, window, worth: padded ? worth : 0 }];
  }
}

/** Loads of whole tiles outside sums, of buffers of which several places are read under guards. */
function tilesOf(kernel: Kernel): readonly LoadExpr[] {
  if (kernel.reductionAxes.length > 0) return [];
  const byBuffer = new Map<number, Set<LoadExpr>>();
  for (const load of kernelLoads(kernel)) byBuffer.set(load.buffer, (byBuffer.get(load.buffer) ?? new Set()).add(load));
  return [...byBuffer.values()].flatMap((loads) =>
    [...loads].filter(({ guards }) => guards.length > 0).length < tileLoads ? [] : [...loads],
  );
}

/** The dimension that a guard keeps inside the tensor. */
function guardedDimension(
  load: LoadExpr,
  { index, lower, upper }: Guard,
  shape: readonly number[],
): number | undefined {
  const moving = indexKey(shiftIndex(index, -index.offset));
  const found = load.index.findIndex(
    (one, k) =>
      indexKey(shiftIndex(one, -one.offset)) === moving &&
      lower - index.offset === -one.offset &&
      upper - index.offset === (shape[k] ?? 1) - one.offset,
  );
  return found < 0 ? undefined : found;
}

function copyFor(
  group: readonly [Request, ...Request[]],
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
  if (size > group.reduce((sum, request) => sum + request.worth, 0)) return undefined;
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
