// Kernels that a function brings itself, as plain data in the graph that calls it.

import {
  bindDim,
  formatType,
  inlineFunctionsExcept,
  NetwrightError,
  type Dim,
  type FunctionAttrs,
  type FunctionDef,
  type FunctionLowering,
  type FunctionRecord,
  type FunctionSignature,
  type TensorType,
} from '@netwright/ir';
import { constant, guarded, load, rewrite, rewriteIndex, type Rewriting } from '../kernels/expression.ts';
import { axisIndex } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Expr } from '../kernels/kernel.ts';
import { kernelDType, withoutEmptyReductions, type LoweredNode, type ReductionAxis } from './lowering.ts';

/** What one element of a function's result is written in terms of: operands, its place, and axes to reduce over. */
export interface DefineLoweringContext<A extends FunctionAttrs> extends FunctionSignature {
  readonly attrs: A;
  /** Which result is asked for, from 0. */
  readonly result: number;
  /** The element of an operand at an index. u8 operands read as i32. Nothing is read where a `guarded` around it does not hold. */
  readonly read: (input: number, index: readonly Index[]) => Expr;
  /** The index of the element of the result: one axis for each of its dimensions. */
  readonly at: readonly Index[];
  /** A new reduction axis; its extent may be a symbolic dimension. */
  readonly reductionAxis: (extent: Dim) => ReductionAxis;
}

interface DefinedResult {
  readonly reductionAxes: readonly { readonly id: number; readonly extent: Dim }[];
  /** Loads name operands by position in place of buffers. */
  readonly value: Expr;
}

interface DefinedLowering extends FunctionLowering {
  readonly results: readonly DefinedResult[];
}

/** Changes when expressions change so that older ones would be read wrongly. */
const FORMAT = 1;

/**
 * The `lower` of a function: `lower` gives one element of one result as a scalar expression over elements of the operands (expressions and indices are made with
 * `@netwright/compiler/kernels`). It is called once for each result of each signature; sizes that are symbolic stay so. Kernels made of it are fused and scheduled
 * like those of primitives.
 *
 * ```ts
 * lower: defineLowering(({ read, at }) => binary('max', read(0, at), constant(0))),
 * ```
 *
 * @throws NetwrightError `function.lowering`, when the function is called, for an expression of another element type than the result's or an element read with
 *   another number of indices than its operand has dimensions.
 */
export function defineLowering<A extends FunctionAttrs>(
  lower: (context: DefineLoweringContext<A>) => Expr,
): NonNullable<FunctionRecord<A>['lower']> {
  return (signature, attrs): DefinedLowering => ({
    format: FORMAT,
    results: signature.outputs.map((type, result) => defineResult(lower, { ...signature, attrs, result }, type)),
  });
}

/** The kernels that a function brings, where they are of the format that this copy of the package reads. */
export function definedLowering({ lowering }: FunctionDef): DefinedLowering | undefined {
  return lowering?.format === FORMAT ? (lowering as DefinedLowering) : undefined;
}

/** Replaces every call by its expansion, but for functions that bring kernels. */
export const inlineUnlowered = inlineFunctionsExcept((def) => definedLowering(def) !== undefined);

export interface LowerResultOptions {
  /** Of the result. */
  readonly shape: readonly number[];
  /** Sizes of symbolic dimensions. */
  readonly dims: Readonly<Record<string, number>>;
  /** The element of an operand. */
  readonly read: (operand: number, index: readonly Index[]) => Expr;
}

/** One result of a function for concrete sizes. */
export function lowerResult(
  { reductionAxes: symbolic, value }: DefinedResult,
  { shape, dims, read }: LowerResultOptions,
): LoweredNode {
  const axes = shape.map((extent, id) => ({ id, extent }));
  const reductionAxes = symbolic.map(({ id, extent }) => ({ id, extent: bindDim(extent, dims) }));
  const extents = new Map([...axes, ...reductionAxes].map(({ id, extent }) => [id, extent]));
  const memo = new Map<Expr, Expr>();
  const rewriting: Rewriting = {
    axes: new Map(),
    extents,
    replace: (expr) => {
      if (expr.kind !== 'load') return undefined;
      const place = (index: Index): Index => rewriteIndex(index, rewriting, memo);
      const guards = expr.guards.map((guard) => ({ ...guard, index: place(guard.index) }));
      return guarded(guards, read(expr.buffer, expr.index.map(place)), constant(expr.fill, expr.dtype), extents);
    },
  };
  return withoutEmptyReductions({ axes, reductionAxes, value: rewrite(value, rewriting, memo) });
}

function defineResult<A extends FunctionAttrs>(
  lower: (context: DefineLoweringContext<A>) => Expr,
  context: FunctionSignature & { readonly attrs: A; readonly result: number },
  type: TensorType,
): DefinedResult {
  const reductionAxes: { readonly id: number; readonly extent: Dim }[] = [];
  const reasons: string[] = [];
  const value = lower({
    ...context,
    at: type.shape.map((_, axis) => axisIndex(axis)),
    read: (input, index) => {
      const operand = context.inputs[input];
      if (index.length !== operand?.shape.length)
        reasons.push(
          `operand ${String(input)}, ${operand === undefined ? 'which is none' : formatType(operand)}, is read with ${String(index.length)} indices`,
        );
      return load(input, kernelDType(operand ?? { dtype: 'f32' }), index);
    },
    reductionAxis: (extent) => {
      const id = type.shape.length + reductionAxes.length;
      reductionAxes.push({ id, extent });
      return { id, index: axisIndex(id) };
    },
  });
  const dtype = kernelDType(type);
  if (value.dtype !== dtype)
    reasons.push(`result ${String(context.result)}, ${formatType(type)}, is an expression of ${value.dtype}`);
  if (reasons.length === 0) return { reductionAxes, value };
  throw new NetwrightError({
    code: 'function.lowering',
    operation: 'defineLowering',
    expected: 'an expression of the type of the result over elements of the operands',
    received: `one for (${context.inputs.map(formatType).join(', ')})`,
    reasons,
  });
}
