import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { normalizeAxis } from './axes.ts';
import { readStrided, rowMajorStrides } from './row-major.ts';

/**
 * Permutes axes: axis i of the result is axis `perm[i]` of `x`; any element type.
 *
 * @param perm - every axis once, negative ones counted from the end; by default all in reverse.
 *   Errors: `transpose.axis`, `transpose.operands`.
 */
export function transpose(x: Tensor, perm?: readonly number[]): Tensor {
  const order = perm?.map((axis) => normalizeAxis('transpose', x, axis)) ?? x.shape.map((_, axis) => axis).reverse();
  if (order.length === x.shape.length && order.every((from, axis) => from === axis)) return x;
  return applyPrimitive(transposePrimitive, [x], { perm: order });
}

export const transposePrimitive: Primitive<'transpose'> = {
  name: 'transpose',
  traits: { family: 'view' },
  infer: (inputs, { perm }) => {
    const check = new ShapeCheck('transpose', inputs);
    check.operands(1);
    const [x] = inputs;
    check.require(
      perm.length === x.shape.length && x.shape.every((_, axis) => perm.includes(axis)),
      `[${perm.join(', ')}] is not an order of the ${String(x.shape.length)} axes`,
    );
    check.done('every axis once');
    return tensorType(
      x.dtype,
      perm.map((axis) => x.shape[axis]),
    );
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs: { perm }, shape }) => {
    const strides = rowMajorStrides(x.shape);
    return readStrided(
      x.data,
      shape,
      perm.map((axis) => strides[axis]),
    );
  },
};

export const transposeGradient: GradientRule<'transpose'> = ({ grad, attrs: { perm } }) => [
  transpose(
    grad,
    perm.map((_, axis) => perm.indexOf(axis)),
  ),
];
