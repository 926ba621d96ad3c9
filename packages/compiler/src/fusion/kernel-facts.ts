// What the fusion passes ask about kernels.

import { nodesOf } from '../kernels/contents.ts';
import { childrenOf, forEachIndex, forEachValue, type LoadExpr, type ReduceExpr } from '../kernels/expression.ts';
import { indexKey, pureAxis, type Extents } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Axis, BufferDecl, Expr, Kernel, KernelOutput } from '../kernels/kernel.ts';
import { remembered } from '../kernels/remembered.ts';

/** A load, with the reduction in whose body it stands. */
export interface Access {
  readonly load: LoadExpr;
  readonly reduce: ReduceExpr | undefined;
  /** Whether the loaded value is part of an index. */
  readonly inIndex: boolean;
}

/** All loads of a kernel; one entry for each node, reduction and side of an index on which it stands. */
export function accessesOf({ outputs }: Pick<Kernel, 'outputs'>): readonly Access[] {
  return accessesIn(outputs);
}

const accessesIn = remembered((outputs: readonly KernelOutput[]): readonly Access[] => {
  const found: Access[] = [];
  const bodies = new Set<ReduceExpr>();
  const collector = (reduce: ReduceExpr | undefined): ((expr: Expr, inIndex: boolean) => void) => {
    const seen = new Map<Expr, boolean>();
    const visit = (expr: Expr, inIndex: boolean): void => {
      if (seen.get(expr) === inIndex) return;
      seen.set(expr, inIndex);
      if (expr.kind === 'reduce') {
        bodies.add(expr);
        return;
      }
      if (expr.kind === 'load') found.push({ load: expr, reduce, inIndex });
      forEachIndex(expr, visitIndex);
      for (const child of childrenOf(expr)) visit(child, inIndex);
    };
    const visitInIndex = (expr: Expr): void => visit(expr, true);
    const visitIndex = (index: Index): void => forEachValue(index, visitInIndex);
    return visit;
  };
  const outside = collector(undefined);
  for (const { value } of outputs) outside(value, false);
  for (const reduce of bodies) collector(reduce)(reduce.body, false);
  return found;
});

export function hasReduction(kernel: Kernel): boolean {
  return kernel.reductionAxes.length > 0;
}

export function extentsOf({ axes, reductionAxes }: Pick<Kernel, 'axes' | 'reductionAxes'>): Extents {
  return new Map([...axes, ...reductionAxes].map(({ id, extent }) => [id, extent]));
}

export function iterationsOf(axes: readonly Axis[]): number {
  return axes.reduce((product, { extent }) => product * extent, 1);
}

export function elementsOf({ shape }: Pick<BufferDecl, 'shape'>): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Steps that a reduction takes for each output element. */
export function stepsOf({ axes }: ReduceExpr, extents: Extents): number {
  return axes.reduce((product, axis) => product * (extents.get(axis) ?? 1), 1);
}

/**
 * A sum of products of two loads one of which serves several outputs or several steps: a convolution or a matrix product. Backends give these
 * their best schedules, so their operands stay loads.
 */
export function isContraction({ op, body }: ReduceExpr, extents: Extents): boolean {
  if (op !== 'sum' || body.kind !== 'binary' || body.op !== 'mul') return false;
  const { a, b } = body;
  if (a.kind !== 'load' || b.kind !== 'load') return false;
  return [a, b].some((load) => {
    const own = axesOf(load.index);
    return [...extents].some(([axis, extent]) => extent > 1 && !own.has(axis));
  });
}

export function axesOf(indices: readonly Index[], into: Set<number> = new Set()): ReadonlySet<number> {
  for (const { terms } of indices) {
    for (const { atom } of terms) {
      if (atom.kind === 'axis') into.add(atom.axis);
      else if (atom.kind !== 'value') axesOf([atom.of], into);
      else for (const node of nodesOf(atom.expr)) forEachIndex(node, (index) => axesOf([index], into));
    }
  }
  return into;
}

/** For each dimension the axis that numbers it, undefined for dimensions of extent 1; undefined when the store is anything else. */
export function elementAxes({ index }: Pick<KernelOutput, 'index'>): readonly (number | undefined)[] | undefined {
  const axes: (number | undefined)[] = [];
  for (const one of index) {
    const axis = pureAxis(one);
    if (axis === undefined && (one.offset !== 0 || one.terms.length > 0)) return undefined;
    axes.push(axis);
  }
  return axes;
}

/** Text that indices share which address the same element; dimensions of extent 1 have only one. */
export function elementKey(indices: readonly Index[], { shape }: Pick<BufferDecl, 'shape'>): string {
  return indices.map((index, dimension) => (shape[dimension] === 1 ? '.' : indexKey(index))).join(',');
}

/** Whether a load reads, unconditionally, the element that the same iteration stores under `index` in a buffer of the same shape. */
export function readsSameElement(
  { guards, index: read }: LoadExpr,
  index: readonly Index[],
  buffer: Pick<BufferDecl, 'shape'>,
): boolean {
  return guards.length === 0 && read.length === index.length && elementKey(read, buffer) === elementKey(index, buffer);
}
