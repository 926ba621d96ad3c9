import type { GraphBuilder } from '../builder.ts';
import { bindShape, numel, type Shape } from '../dim.ts';
import type { Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType, type DType } from '../tensor-type.ts';
import { broadcastTo } from './broadcast-to.ts';

/** A scalar constant. */
export function constant(builder: GraphBuilder, value: number, dtype: DType = 'f32'): Tensor {
  return constantTensor(builder, [value], [], dtype);
}

/** A constant tensor from its elements in row-major order. */
export function constantTensor(builder: GraphBuilder, values: readonly number[], shape: Shape, dtype: DType = 'f32'): Tensor {
  const attrs = { values, dtype, shape };
  return builder.primitive('constant', [], attrs, constantPrimitive.infer([], attrs));
}

/** A tensor of `like`'s type filled with one value. */
export function constantLike(like: Tensor, value: number): Tensor {
  return broadcastTo(constant(like.builder, value, like.dtype), like.shape);
}

export const constantPrimitive: Primitive<'constant'> = {
  name: 'constant',
  traits: { family: 'leaf' },
  infer: (inputs, { values, dtype, shape }) => {
    const check = new ShapeCheck('constant', inputs);
    check.require(values.length === 1 || values.length === numel(shape), `${String(values.length)} values for ${String(numel(shape))} elements`);
    check.done('one value, or one for each element');
    return tensorType(dtype, shape);
  },
  vjp: () => [],
  macs: () => 0,
  evaluate: ({ attrs, dims }) => {
    const shape = bindShape(attrs.shape, dims);
    const size = shape.reduce((product, dim) => product * dim, 1);
    return attrs.values.length === 1 ? new Float64Array(size).fill(attrs.values[0]) : Float64Array.from(attrs.values);
  },
};
