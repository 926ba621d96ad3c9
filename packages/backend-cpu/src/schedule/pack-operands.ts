// Copies an operand of a large sum of products where reading it in place is slow: padding becomes real zeros.

import type { BufferDecl, Expr, Guard, Index, Kernel, KernelProgram, SchedulePass, Storage } from '@netwright/compiler';

import { affineRange, axisIndex, indexKey, shiftIndex } from './index-algebra.ts';
import { loadsOf, reducesOf, rewriteExpression, type LoadExpr } from './rewrite-expression.ts';
import { isContraction } from './split-phases.ts';

/** Fewest multiplications for each copied element. */
const intensity = 16;

export const packOperands: SchedulePass = {
  name: 'pack-operands',
  requires: 'Layouts are chosen.',
  guarantees: 'Operands of sums of products with much reuse are read without guards; padding is stored as zeros in scratch buffers.',
  run: (program) => {
    const buffers = [...program.buffers];
    const kernels = program.kernels.flatMap((kernel) => packKernel(kernel, program, buffers));
    return { buffers, kernels };
  },
};

function packKernel(kernel: Kernel, program: KernelProgram, buffers: BufferDecl[]): readonly Kernel[] {
  const extents = new Map([...kernel.axes, ...kernel.reductionAxes].map(({ id, extent }) => [id, extent]));
  const copies: Kernel[] = [];
  const replacements = new Map<Expr, Expr>();
  for (const reduce of kernel.outputs.flatMap(({ value }) => reducesOf(value))) {
    if (!isContraction(reduce)) continue;
    const products = [...kernel.axes.map(({ id }) => id), ...reduce.axes].reduce((product, axis) => product * (extents.get(axis) ?? 1), 1);
    for (const load of loadsOf(reduce.body)) {
      if (load.guards.length === 0 || replacements.has(load)) continue;
      const window = paddedWindow(load, program, extents);
      if (window === undefined || window.size * intensity > products) continue;
      const scratch = buffers.length;
      const source = program.buffers[load.buffer];
      if (source === undefined) continue;
      const decl: BufferDecl = { id: scratch, dtype: source.dtype, shape: window.shape, role: { kind: 'temporary' }, storage: scratchStorage(window.shape, source.storage) };
      buffers.push(decl);
      copies.push(copyKernel(`${kernel.name}/pad${copies.length}`, kernel, load, decl, window.first));
      replacements.set(load, { ...load, buffer: scratch, index: load.index.map((index, k) => shiftIndex(index, -(window.first[k] ?? 0))), guards: [] });
    }
  }
  if (copies.length === 0) return [kernel];
  const rewriting = { axes: new Map<number, Index>(), replace: (expr: Expr) => replacements.get(expr) };
  const outputs = kernel.outputs.map((output) => ({ ...output, value: rewriteExpression(output.value, rewriting) }));
  return [...copies, { ...kernel, outputs }];
}

interface Window {
  readonly first: readonly number[];
  readonly shape: readonly number[];
  readonly size: number;
}

/** The part of an endless zero-padded tensor that the load visits; undefined when its guards are not those of padding. */
function paddedWindow(load: LoadExpr, program: KernelProgram, extents: ReadonlyMap<number, number>): Window | undefined {
  const shape = program.buffers[load.buffer]?.shape ?? [];
  const padded = new Set<string>();
  for (const { index, lower, upper } of load.guards) {
    const dimension = load.index.findIndex((one, k) => indexKey(shiftIndex(one, -one.offset)) === indexKey(shiftIndex(index, -index.offset)) && lower - index.offset === -one.offset && upper - index.offset === (shape[k] ?? 1) - one.offset);
    if (dimension < 0) return undefined;
    padded.add(String(dimension));
  }
  const first: number[] = [];
  const sizes: number[] = [];
  for (const index of load.index) {
    const range = affineRange(index, extents);
    if (range === undefined) return undefined;
    first.push(range[0]);
    sizes.push(range[1] - range[0] + 1);
  }
  return { first, shape: sizes, size: sizes.reduce((a, b) => a * b, 1) };
}

/** The order of the source, dense but for a pitch that is not a power of two between long rows. */
export function scratchStorage(shape: readonly number[], like: Storage): Storage {
  const order = shape.map((_, dimension) => dimension).sort((a, b) => (like.strides[b] ?? 0) - (like.strides[a] ?? 0));
  const strides = shape.map(() => 0);
  let size = 1;
  order.reverse().forEach((dimension, depth) => {
    strides[dimension] = size;
    size *= shape[dimension] ?? 1;
    if (depth === 0 && size >= 64 && shape.length > 1) size += 16;
  });
  return { strides, offset: 0, size };
}

function copyKernel(name: string, { sources, axes, reductionAxes }: Kernel, load: LoadExpr, scratch: BufferDecl, first: readonly number[]): Kernel {
  const firstId = Math.max(...[...axes, ...reductionAxes].map(({ id }) => id)) + 1;
  const at = scratch.shape.map((_, k) => axisIndex(firstId + k));
  const index = at.map((one, k) => shiftIndex(one, first[k] ?? 0));
  const guards = load.guards.flatMap((guard): readonly Guard[] => {
    const dimension = load.index.findIndex((one) => indexKey(shiftIndex(one, -one.offset)) === indexKey(shiftIndex(guard.index, -guard.index.offset)));
    const shifted = index[dimension];
    const original = load.index[dimension];
    if (shifted === undefined || original === undefined) return [];
    const by = guard.index.offset - original.offset;
    return [{ index: shifted, lower: guard.lower - by, upper: guard.upper - by }];
  });
  return {
    name,
    sources,
    axes: scratch.shape.map((extent, k) => ({ id: firstId + k, extent })),
    reductionAxes: [],
    outputs: [{ buffer: scratch.id, index: at, value: { ...load, index, guards } }],
  };
}
