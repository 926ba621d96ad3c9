// The contract of a lowering: one primitive as a loop nest in gather form.

import type { DType, PrimitiveAttrs, PrimitiveName } from '@netwright/ir';
import { constant, rewrite } from '../kernels/expression.ts';
import { axisIndex, type Extents } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Axis, Expr, KernelDType } from '../kernels/kernel.ts';

/** A type with all dimensions bound. */
export interface ConcreteType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface LoweringContext<K extends PrimitiveName> {
  readonly inputs: readonly ConcreteType[];
  readonly output: ConcreteType;
  readonly attrs: PrimitiveAttrs[K];
  /** Sizes of symbolic dimensions that attributes mention. */
  readonly dims: Readonly<Record<string, number>>;
  /** The element of an operand at an index. u8 and bool operands read as i32 and bool. */
  readonly read: (input: number, index: readonly Index[]) => Expr;
  /** The index of the output element: axes 0 .. rank - 1. */
  readonly at: readonly Index[];
  /** Extents of the output axes; `reductionAxis` adds to them. */
  readonly extents: Extents;
  /** A new reduction axis of the given extent, as an index. */
  readonly reductionAxis: (extent: number) => ReductionAxis;
}

export interface ReductionAxis {
  readonly id: number;
  readonly index: Index;
}

/** The value of the output element at `at`. The output has elements. */
export type Lowering<K extends PrimitiveName> = (context: LoweringContext<K>) => Expr;

/** Every axis has an extent of at least 1, unless the value has no elements. */
export interface LoweredNode {
  readonly axes: readonly Axis[];
  readonly reductionAxes: readonly Axis[];
  readonly value: Expr;
}

/** The element type that values have in expressions. */
export function kernelDType({ dtype }: Pick<ConcreteType, 'dtype'>): KernelDType {
  return dtype === 'u8' ? 'i32' : dtype;
}

/** Runs a lowering for concrete types. A value without elements is a constant, and so is a reduction of nothing. */
export function lowerPrimitive<K extends PrimitiveName>(
  lowering: Lowering<K>,
  context: Omit<LoweringContext<K>, 'at' | 'extents' | 'reductionAxis'>,
): LoweredNode {
  const axes = context.output.shape.map((extent, id): Axis => ({ id, extent }));
  if (axes.some(({ extent }) => extent === 0)) {
    return { axes, reductionAxes: [], value: constant(0, kernelDType(context.output)) };
  }
  const reductionAxes: Axis[] = [];
  const extents = new Map(axes.map(({ id, extent }) => [id, extent]));
  const value = lowering({
    ...context,
    at: axes.map(({ id }) => axisIndex(id)),
    extents,
    reductionAxis: (extent) => {
      const id = axes.length + reductionAxes.length;
      reductionAxes.push({ id, extent });
      extents.set(id, extent);
      return { id, index: axisIndex(id) };
    },
  });
  return withoutEmptyReductions({ axes, reductionAxes, value });
}

/** Reductions over nothing are the constant that they start from. */
export function withoutEmptyReductions(lowered: LoweredNode): LoweredNode {
  if (lowered.reductionAxes.every(({ extent }) => extent > 0)) return lowered;
  const empty = new Set(lowered.reductionAxes.filter(({ extent }) => extent === 0).map(({ id }) => id));
  const removed = new Set<number>();
  const replace = (expr: Expr): Expr | undefined => {
    if (expr.kind !== 'reduce' || !expr.axes.some((axis) => empty.has(axis))) return undefined;
    for (const axis of expr.axes) removed.add(axis);
    return constant(expr.op === 'max' ? -Infinity : 0, expr.dtype);
  };
  const value = rewrite(lowered.value, { axes: new Map(), extents: new Map(), replace });
  return { ...lowered, reductionAxes: lowered.reductionAxes.filter(({ id }) => !removed.has(id)), value };
}
