// The contract of a lowering: one primitive as a loop nest in gather form.

import type { DType, PrimitiveAttrs, PrimitiveName } from '@netwright/ir';
import type { Extents } from '../kernels/index-algebra.ts';
import { axisIndex } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Axis, Expr } from '../kernels/kernel.ts';

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

/** The value of the output element at `at`. */
export type Lowering<K extends PrimitiveName> = (context: LoweringContext<K>) => Expr;

export interface LoweredNode {
  readonly axes: readonly Axis[];
  readonly reductionAxes: readonly Axis[];
  readonly value: Expr;
}

/** How operands are read: at an index, within the extents of the axes so far; `addReduction` gives the id of a new reduction axis. */
export type ReadOperand = (input: number, index: readonly Index[], extents: Extents, addReduction: (extent: number) => number) => Expr;

/** Runs a lowering for concrete types. */
export function lowerPrimitive<K extends PrimitiveName>(
  lowering: Lowering<K>,
  { read, ...context }: Pick<LoweringContext<K>, 'inputs' | 'output' | 'attrs' | 'dims'> & { readonly read: ReadOperand },
): LoweredNode {
  const axes = context.output.shape.map((extent, id): Axis => ({ id, extent }));
  const reductionAxes: Axis[] = [];
  const extents = new Map(axes.map(({ id, extent }) => [id, extent]));
  const addReduction = (extent: number): number => {
    const id = axes.length + reductionAxes.length;
    reductionAxes.push({ id, extent });
    extents.set(id, extent);
    return id;
  };
  const value = lowering({
    ...context,
    at: axes.map(({ id }) => axisIndex(id)),
    extents,
    read: (input, index) => read(input, index, extents, addReduction),
    reductionAxis: (extent) => {
      const id = addReduction(extent);
      return { id, index: axisIndex(id) };
    },
  });
  return { axes, reductionAxes, value };
}
