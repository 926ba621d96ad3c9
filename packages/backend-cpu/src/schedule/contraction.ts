// Recognises sums of products by form.

import type { BufferDecl, Expr, Guard, Index, Kernel } from '@netwright/compiler';
import { exprKey, kernelReduces, loadsOf, nodesOf, type ReduceExpr } from '@netwright/compiler/kernels';
import { affineAxes } from './affine-axes.ts';

/** Floats of a cache line: a stride of at least this many touches a new line at every step. */
const lineLength = 16;
/** Floats from position to position of an operand with shorter rows, such as an image of few channels: fewer run along a row. */
const shortRowStride = 2;

/** A sum whose terms multiply at least two loads. */
export function isContraction(reduce: ReduceExpr): boolean {
  return (
    reduce.op === 'sum' &&
    reduce.dtype === 'f32' &&
    reduce.body.kind === 'binary' &&
    reduce.body.op === 'mul' &&
    loadsOf(reduce.body).length >= 2
  );
}

export function contractionsOf(kernel: Kernel): readonly ReduceExpr[] {
  return kernel.reductionAxes.length === 0 ? [] : kernelReduces(kernel).filter(isContraction);
}

/** The reduction that all of the kernel's outputs share, where it has no other. */
export function soleReduction(kernel: Kernel): ReduceExpr | undefined {
  const [sole, ...others] = kernelReduces(kernel);
  if (sole === undefined || others.length === 0) return sole;
  const key = exprKey(sole);
  return others.every((other) => exprKey(other) === key) ? sole : undefined;
}

export function extentsOf(kernel: Kernel): ReadonlyMap<number, number> {
  return new Map([...kernel.axes, ...kernel.reductionAxes].map(({ id, extent }) => [id, extent]));
}

/** Multiplications of a contraction over all outputs of its kernel. */
export function multiplications(kernel: Kernel, reduce: ReduceExpr): number {
  const extents = extentsOf(kernel);
  return [...kernel.axes.map(({ id }) => id), ...reduce.axes].reduce(
    (product, axis) => product * (extents.get(axis) ?? 1),
    1,
  );
}

/** Axes of an affine access; undefined when an index of it is not affine. */
export function axesOfAccess(index: readonly Index[]): ReadonlySet<number> | undefined {
  const axes = new Set<number>();
  for (const one of index) {
    const own = affineAxes(one);
    if (own === undefined) return undefined;
    for (const axis of own) axes.add(axis);
  }
  return axes;
}

/** Elements that one step along an axis moves an access. */
export function strideAlong(axis: number, index: readonly Index[], strides: readonly number[]): number {
  return index.reduce((sum, { terms }, k) => {
    const term = terms.find(({ atom }) => atom.kind === 'axis' && atom.axis === axis);
    return sum + (term?.coefficient ?? 0) * (strides[k] ?? 0);
  }, 0);
}

/** Whether each step of a sum moves to another row of all operands: new cache lines, but where rows are short. */
export function isOverPositions(reduce: ReduceExpr, kernel: Kernel, buffers: readonly BufferDecl[]): boolean {
  const extents = extentsOf(kernel);
  const summed = reduce.axes.filter((axis) => (extents.get(axis) ?? 1) > 1);
  return loadsOf(reduce.body).every((load) => {
    if (axesOfAccess(load.index) === undefined) return false;
    const strides = buffers[load.buffer]?.storage.strides ?? [];
    const row = kernel.axes.find(({ id }) => strideAlong(id, load.index, strides) === 1);
    const least = row === undefined || row.extent < lineLength ? shortRowStride : lineLength;
    return summed.every((axis) => Math.abs(strideAlong(axis, load.index, strides)) >= least);
  });
}

/** Every guard in an expression, of loads and of values. */
export function guardsOf(expr: Expr): readonly Guard[] {
  return [...nodesOf(expr)].flatMap((node) => (node.kind === 'load' || node.kind === 'guarded' ? node.guards : []));
}

export function firstFreeAxis(kernel: Kernel): number {
  return Math.max(-1, ...[...kernel.axes, ...kernel.reductionAxes].map(({ id }) => id)) + 1;
}
