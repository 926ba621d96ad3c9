import { equalShapes, formatShape, isDim, type Shape } from '../dim.ts';
import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { reshape } from './reshape.ts';
import { readStrided, rowMajorStrides } from './row-major.ts';
import { sum } from './sum.ts';

/**
 * Repeats axes of length 1, and adds leading axes, until the shape is `shape`; any element type. Errors:
 * `broadcastTo.operands`.
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return equalShapes(x.shape, shape) ? x : applyPrimitive(broadcastToPrimitive, [x], { shape });
}

export const broadcastToPrimitive: Primitive<'broadcastTo'> = {
  name: 'broadcastTo',
  traits: { family: 'view' },
  infer: (inputs, { shape }) => {
    const check = new ShapeCheck('broadcastTo', inputs);
    check.operands(1);
    const [x] = inputs;
    const lead = shape.length - x.shape.length;
    check.require(shape.every(isDim), () => `${formatShape(shape)} is not a shape`);
    check.require(
      lead >= 0 && x.shape.every((dim, axis) => dim === 1 || dim === shape[axis + lead]),
      () => `${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`,
    );
    check.done('axes of length 1 or of the target length, aligned at the last');
    return tensorType(x.dtype, shape);
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], shape }) => {
    const lead = shape.length - x.shape.length;
    const source = rowMajorStrides(x.shape);
    const strides = shape.map((_, axis) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : source[axis - lead]));
    return readStrided(x.data, shape, strides);
  },
};

export const broadcastToGradient: GradientRule<'broadcastTo'> = ({ inputs: [x], grad, attrs: { shape } }) => {
  const lead = shape.length - x.shape.length;
  const axes = shape.flatMap((dim, axis) => (axis < lead || (x.shape[axis - lead] === 1 && dim !== 1) ? [axis] : []));
  return [reshape(sum(grad, { axes, keepDims: true }), x.shape)];
};
