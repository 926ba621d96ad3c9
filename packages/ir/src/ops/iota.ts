import type { GraphBuilder } from '../builder.ts';
import { formatShape, isDim, type Shape } from '../dim.ts';
import type { Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { checkAxis } from './axes.ts';
import { elementCount, rowMajorStrides } from './row-major.ts';

/**
 * An i32 tensor of `shape` whose elements are their own positions along `axis` (0 unless given). Errors:
 * `iota.operands`.
 */
export function iota(builder: GraphBuilder, shape: Shape, axis = 0): Tensor {
  return applyPrimitive(iotaPrimitive, [], { shape, axis }, builder);
}

export const iotaPrimitive: Primitive<'iota'> = {
  name: 'iota',
  traits: { family: 'leaf' },
  infer: (inputs, { shape, axis }) => {
    const check = new ShapeCheck('iota', inputs);
    check.operands(0);
    check.require(shape.every(isDim), () => `${formatShape(shape)} is not a shape`);
    checkAxis(check, axis, shape.length);
    check.done('a shape and one of its axes');
    return tensorType('i32', shape);
  },
  macs: () => 0,
  evaluate: ({ attrs: { axis }, shape }) => {
    const stride = rowMajorStrides(shape)[axis];
    return Float64Array.from({ length: elementCount(shape) }, (_, i) => Math.floor(i / stride) % shape[axis]);
  },
};
