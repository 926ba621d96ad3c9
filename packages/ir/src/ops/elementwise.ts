// What elementwise primitives share: operands of one shape (builders broadcast explicitly), loops over flat data.

import type { GraphBuilder } from '../builder.ts';
import { broadcastShapes, equalShapes, formatShape, type Shape } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import type { EvaluateContext, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType, type DType, type TensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import type { NoAttrs, PrimitiveAttrs, PrimitiveName } from './attributes.ts';
import { broadcastTo } from './broadcast-to.ts';
import { constant } from './constant.ts';

/** Primitives without attributes. */
export type Attributeless = { [K in PrimitiveName]: PrimitiveAttrs[K] extends NoAttrs ? K : never }[PrimitiveName];

const NO_ATTRS: NoAttrs = {};

/** Type of an operation on one tensor; the result has the operand's element type, unless `result` names another. */
export function unaryType(
  operation: string,
  inputs: readonly TensorType[],
  dtypes: readonly DType[],
  result?: DType,
): TensorType {
  return elementwiseType(operation, inputs, 1, dtypes, result);
}

/**
 * Type of an operation on two tensors of one type; the result has their element type, unless `result` names
 * another.
 */
export function binaryType(
  operation: string,
  inputs: readonly TensorType[],
  dtypes: readonly DType[],
  result?: DType,
): TensorType {
  return elementwiseType(operation, inputs, 2, dtypes, result);
}

function elementwiseType(
  operation: string,
  inputs: readonly TensorType[],
  count: number,
  dtypes: readonly DType[],
  result?: DType,
): TensorType {
  const check = new ShapeCheck(operation, inputs);
  check.operands(count);
  const [first, ...others] = inputs;
  check.require(dtypes.includes(first.dtype), () => `element type ${first.dtype} is not one of ${dtypes.join(', ')}`);
  for (const other of others) {
    check.require(other.dtype === first.dtype, () => `element types ${first.dtype} and ${other.dtype} differ`);
    check.require(
      equalShapes(other.shape, first.shape),
      () => `shapes ${formatShape(first.shape)} and ${formatShape(other.shape)} differ`,
    );
  }
  check.done(
    count === 1 ? `an operand of element type ${dtypes.join(' or ')}` : 'operands of one shape and element type',
    count === 1 ? 'convert it with cast' : 'use broadcastTo or cast',
  );
  return tensorType(result ?? first.dtype, first.shape);
}

/** Appends an operation on one tensor. */
export function unary<K extends Attributeless>(primitive: Primitive<K>, x: Tensor): Tensor {
  return applyPrimitive(primitive, [x], NO_ATTRS as PrimitiveAttrs[K]);
}

/** Appends an operation on two operands after broadcasting both; a number takes the other's element type. */
export function binary<K extends Attributeless>(
  primitive: Primitive<K>,
  a: Tensor | number,
  b: Tensor | number,
): Tensor {
  return applyPrimitive(primitive, broadcastOperands(primitive.name, a, b), NO_ATTRS as PrimitiveAttrs[K]);
}

/** Both operands as tensors of their common shape. */
export function broadcastOperands(
  operation: string,
  a: Tensor | number,
  b: Tensor | number,
): readonly [Tensor, Tensor] {
  if (typeof a === 'number' && typeof b === 'number') {
    throw new NetwrightError({
      code: 'broadcast.numbers',
      operation,
      expected: 'at least one tensor',
      received: `the numbers ${String(a)} and ${String(b)}`,
      hint: 'compute it in JavaScript, or make a tensor with constant()',
    });
  }
  const like = typeof a === 'number' ? (b as Tensor) : a;
  const left = asTensor(like.builder, a, like.dtype);
  const right = asTensor(like.builder, b, like.dtype);
  const shape = commonShape(operation, like.builder.scope, [left.shape, right.shape]);
  return [broadcastTo(left, shape), broadcastTo(right, shape)];
}

/** The shape that all `shapes` broadcast to; `broadcast.shapes` when there is none. */
export function commonShape(operation: string, scope: string, shapes: readonly Shape[]): Shape {
  return shapes.reduce((a, b) => {
    const shape = broadcastShapes(a, b);
    if (shape !== undefined) return shape;
    throw new NetwrightError({
      code: 'broadcast.shapes',
      operation,
      scope,
      expected: 'shapes that are equal or 1 in every axis, aligned at the last',
      received: shapes.map(formatShape).join(' and '),
      hint: 'reshape one operand so that its axes line up',
    });
  });
}

/** The tensor itself, or a scalar constant. */
export function asTensor(builder: GraphBuilder, value: Tensor | number, dtype: DType): Tensor {
  return typeof value === 'number' ? constant(builder, value, dtype) : value;
}

type Operands = Pick<EvaluateContext<PrimitiveName>, 'inputs' | 'inputTypes'>;

/** Applies `f` (`integer` to i32, so that overflow wraps) to each element. */
export function evaluateUnary({ inputs, inputTypes }: Operands, f: (x: number) => number, integer = f): Float64Array {
  const [x] = inputs;
  return x.data.map(inputTypes[0].dtype === 'i32' ? (value) => integer(value) : (value) => f(value));
}

/** Applies `f` (`integer` to i32, so that overflow wraps) to corresponding elements. */
export function evaluateBinary(
  { inputs, inputTypes }: Operands,
  f: (a: number, b: number) => number,
  integer = f,
): Float64Array {
  const [a, b] = inputs;
  const apply = inputTypes[0].dtype === 'i32' ? integer : f;
  return a.data.map((value, i) => apply(value, b.data[i]));
}
