import type { GraphBuilder } from '../builder.ts';
import { formatShape, isDim, numel, type Shape } from '../dim.ts';
import type { Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType, type DType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { broadcastTo } from './broadcast-to.ts';
import { elementCount } from './row-major.ts';

/** A scalar constant. Errors: `constant.operands` for a value that `dtype` cannot hold. */
export function constant(builder: GraphBuilder, value: number, dtype: DType = 'f32'): Tensor {
  return constantTensor(builder, [value], [], dtype);
}

/**
 * A constant tensor from its elements in row-major order. Errors: `constant.operands` for a wrong number or wrong
 * kind of values.
 */
export function constantTensor(
  builder: GraphBuilder,
  values: readonly number[],
  shape: Shape,
  dtype: DType = 'f32',
): Tensor {
  return applyPrimitive(constantPrimitive, [], { values, dtype, shape }, builder);
}

/** A tensor of `like`'s type filled with one value. */
export function constantLike(like: Tensor, value: number): Tensor {
  return broadcastTo(constant(like.builder, value, like.dtype), like.shape);
}

/** The number that fills `x`, when its node shows that one does. */
export function filledValue(x: Tensor): number | undefined {
  const node = x.builder.node(x.id);
  if (node.op === 'broadcastTo') return filledValue(x.builder.tensor(node.inputs[0]));
  return node.op === 'constant' && node.attrs.values.length === 1 ? node.attrs.values[0] : undefined;
}

export const constantPrimitive: Primitive<'constant'> = {
  name: 'constant',
  traits: { family: 'leaf' },
  infer: (inputs, { values, dtype, shape }) => {
    const check = new ShapeCheck('constant', inputs);
    check.operands(0);
    if (check.require(shape.every(isDim), () => `${formatShape(shape)} is not a shape`)) {
      const count = numel(shape);
      check.require(
        values.length === 1 || values.length === count,
        () => `${String(values.length)} values for ${String(count)} elements`,
      );
    }
    const stray = values.find((value) => !holds(dtype, value));
    check.require(stray === undefined, () => `${String(stray)} is not a value of ${dtype}`);
    check.done('one value, or one for each element');
    return tensorType(dtype, shape);
  },
  macs: () => 0,
  evaluate: ({ attrs: { values }, shape }) =>
    values.length === 1 ? new Float64Array(elementCount(shape)).fill(values[0]) : Float64Array.from(values),
};

function holds(dtype: DType, value: number): boolean {
  switch (dtype) {
    case 'f32':
      return true;
    case 'i32':
      return (value | 0) === value;
    case 'u8':
      return (value & 255) === value;
    case 'bool':
      return value === 0 || value === 1;
  }
}
