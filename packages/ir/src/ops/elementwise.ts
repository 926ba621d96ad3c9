// What elementwise primitives share: operands of one shape (builders broadcast explicitly), loops over flat data.

import type { GraphBuilder } from '../builder.ts';
import { broadcastShapes, equalShapes, formatShape } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import type { NdArray, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType, type DType, type TensorType } from '../tensor-type.ts';
import type { PrimitiveAttrs, PrimitiveName } from './attributes.ts';
import { broadcastTo } from './broadcast-to.ts';
import { constant } from './constant.ts';

type Attributeless = { [K in PrimitiveName]: PrimitiveAttrs[K] extends Readonly<Record<string, never>> ? K : never }[PrimitiveName];

/** Type of an elementwise operation whose result has its operands' dtype, unless `result` names another. */
export function elementwiseShape(operation: string, inputs: readonly TensorType[], dtypes: readonly DType[], result?: DType): TensorType {
  const check = new ShapeCheck(operation, inputs);
  const [first] = inputs;
  for (const input of inputs) {
    check.require(dtypes.includes(input.dtype), () => `element type ${input.dtype} is not one of ${dtypes.join(', ')}`);
    check.require(input.dtype === first.dtype, 'operands have different element types');
    check.require(equalShapes(input.shape, first.shape), () => `shapes ${formatShape(first.shape)} and ${formatShape(input.shape)} differ`);
  }
  check.done('operands of one shape and element type', 'use broadcastTo or cast');
  return tensorType(result ?? first.dtype, first.shape);
}

/** Appends a unary elementwise operation. */
export function unary<K extends Attributeless>(op: K, x: Tensor, infer: Primitive<K>['infer']): Tensor {
  const attrs = {} as PrimitiveAttrs[K];
  return x.builder.primitive(op, [x], attrs, infer([x.type], attrs));
}

/** Appends a binary elementwise operation after broadcasting both operands; a number becomes a constant of the other's dtype. */
export function binary<K extends Attributeless>(op: K, a: Tensor | number, b: Tensor | number, result?: DType): Tensor {
  const [x, y] = broadcastOperands(op, a, b);
  const attrs = {} as PrimitiveAttrs[K];
  const type = elementwiseShape(op, [x.type, y.type], [x.dtype], result);
  return x.builder.primitive(op, [x, y], attrs, type);
}

/** Both operands as tensors of their common shape. */
export function broadcastOperands(operation: string, a: Tensor | number, b: Tensor | number): readonly [Tensor, Tensor] {
  const like = typeof a === 'number' ? b : a;
  if (typeof like === 'number') throw new RangeError(`${operation}: at least one operand must be a tensor`);
  const left = toTensor(like.builder, a, like.dtype);
  const right = toTensor(like.builder, b, like.dtype);
  const shape = broadcastShapes(left.shape, right.shape);
  if (shape === undefined) {
    throw new NetwrightError({
      code: 'broadcast.shapes',
      operation,
      scope: like.builder.scope,
      expected: 'shapes that are equal or 1 in every axis, aligned at the last',
      received: `${formatShape(left.shape)} and ${formatShape(right.shape)}`,
      hint: 'reshape one operand so that its axes line up',
    });
  }
  return [broadcastTo(left, shape), broadcastTo(right, shape)];
}

function toTensor(builder: GraphBuilder, value: Tensor | number, dtype: DType): Tensor {
  return typeof value === 'number' ? constant(builder, value, dtype) : value;
}

/** Applies `f` to corresponding elements. */
export function evaluateElementwise(inputs: readonly NdArray[], f: (...values: number[]) => number): Float64Array {
  const [first] = inputs;
  const result = new Float64Array(first.data.length);
  for (let i = 0; i < result.length; i++) result[i] = f(...inputs.map(({ data }) => data[i]));
  return result;
}
