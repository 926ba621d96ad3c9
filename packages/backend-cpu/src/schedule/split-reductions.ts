// Splits long reductions to few outputs into partial results and their reduction: threads share the work, float sums
// keep more digits, and the number of parts depends on the shape alone, so results do not depend on the thread count.

import type { Axis, BufferDecl, Expr, Kernel, SchedulePass } from '@netwright/compiler';
import { addIndices, axisIndex, loadsOf, type ReduceExpr, kernelReduces, rewrite } from '@netwright/compiler/kernels';

import { firstFreeAxis, strideAlong } from './contraction.ts';
import { storageInOrder } from './persistent-storage.ts';
import { addTemporary } from './temporary.ts';

/** Reductions of fewer elements for each output stay whole. */
const shortest = 256;
/** Kernels with at least this many outputs have enough to share. */
const fewOutputs = 4096;
/** Parts: enough for many threads, few enough that adding them is nothing. */
const mostParts = 64;

export const splitReductions: SchedulePass = {
  name: 'split-reductions',
  requires: 'Reductions of a kernel do not nest.',
  guarantees:
    'No sum or maximum of more than 256 elements to fewer than 4096 outputs remains in one step, except where no axis divides evenly.',
  run: (program) => {
    const buffers = [...program.buffers];
    const kernels = program.kernels.flatMap((kernel) => splitKernel(kernel, buffers));
    return { buffers, kernels };
  },
};

/** Largest step in memory that any load takes along an axis. */
function reach(axis: number, reduces: readonly ReduceExpr[], buffers: readonly BufferDecl[]): number {
  return Math.max(
    0,
    ...reduces
      .flatMap(({ body }) => loadsOf(body))
      .map(({ buffer, index }) => Math.abs(strideAlong(axis, index, buffers[buffer]?.storage.strides ?? []))),
  );
}

function splitKernel(kernel: Kernel, buffers: BufferDecl[]): readonly Kernel[] {
  const reduces = kernelReduces(kernel);
  const [first] = reduces;
  const outputs = product(kernel.axes);
  if (
    first === undefined ||
    outputs >= fewOutputs ||
    reduces.some(({ op, axes }) => op === 'argmax' || axes.join() !== first.axes.join())
  )
    return [kernel];
  // Parts are contiguous in memory where they can be.
  const reduced = kernel.reductionAxes
    .filter(({ id }) => first.axes.includes(id))
    .sort((a, b) => reach(b.id, reduces, buffers) - reach(a.id, reduces, buffers));
  if (product(reduced) < shortest) return [kernel];
  const split = chooseParts(reduced);
  if (split === undefined) return [kernel];
  const { moved, divided } = split;
  const nextId = firstFreeAxis(kernel);
  const partAxes: Axis[] = [...moved];
  const substitution = new Map<number, ReturnType<typeof axisIndex>>();
  const remaining = reduced
    .filter(({ id }) => !moved.some((axis) => axis.id === id))
    .map((axis) => {
      if (axis.id !== divided?.axis) return axis;
      const size = axis.extent / divided.parts;
      partAxes.push({ id: nextId, extent: divided.parts });
      substitution.set(axis.id, addIndices(axisIndex(nextId, size), axisIndex(axis.id)));
      return { id: axis.id, extent: size };
    });
  const axes = [...kernel.axes, ...partAxes];
  const extents = new Map([...axes, ...remaining].map(({ id, extent }) => [id, extent]));
  const index = axes.map(({ id }) => axisIndex(id));
  const shape = axes.map(({ extent }) => extent);
  // Parts outermost: the final reduction reads whole rows of outputs.
  const order = [...partAxes.map((_, k) => kernel.axes.length + k), ...kernel.axes.map((_, k) => k)];
  const replacements = new Map<Expr, Expr>();
  const partials = reduces.map((reduce): Kernel['outputs'][number] => {
    const dtype = reduce.dtype === 'f32' ? 'f32' : 'i32';
    const { id: buffer } = addTemporary(buffers, shape, storageInOrder(shape, order), dtype);
    replacements.set(reduce, {
      ...reduce,
      axes: partAxes.map(({ id }) => id),
      body: { kind: 'load', dtype: reduce.dtype, buffer, index, guards: [], fill: 0 },
    });
    const body = rewrite(reduce.body, { axes: substitution, extents });
    return { buffer, index, value: { ...reduce, axes: remaining.map(({ id }) => id), body } satisfies ReduceExpr };
  });
  const partial: Kernel = {
    name: `${kernel.name}/parts`,
    sources: kernel.sources,
    axes,
    reductionAxes: remaining,
    outputs: partials,
  };
  const last: Kernel = {
    ...kernel,
    reductionAxes: partAxes,
    outputs: kernel.outputs.map((output) => ({
      ...output,
      value: rewrite(output.value, { axes: new Map(), extents, replace: (expr) => replacements.get(expr) }),
    })),
  };
  return [partial, last];
}

function product(axes: readonly Axis[]): number {
  return axes.reduce((all, { extent }) => all * extent, 1);
}

/** Whole axes that number the parts, outermost first, and at most one axis divided evenly. */
function chooseParts(
  reduced: readonly Axis[],
): { moved: readonly Axis[]; divided: { axis: number; parts: number } | undefined } | undefined {
  const moved: Axis[] = [];
  let room = mostParts;
  for (const axis of reduced) {
    if (axis.extent <= room && moved.length + 1 < reduced.length) {
      moved.push(axis);
      room = Math.floor(room / axis.extent);
      continue;
    }
    const parts = largestDivisor(axis.extent, room);
    if (parts > 1) return { moved, divided: { axis: axis.id, parts } };
    break;
  }
  return moved.length === 0 ? undefined : { moved, divided: undefined };
}

function largestDivisor(value: number, limit: number): number {
  for (let candidate = Math.min(limit, value - 1); candidate > 1; candidate -= 1)
    if (value % candidate === 0) return candidate;
  return 1;
}
