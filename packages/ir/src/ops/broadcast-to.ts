import { equalShapes, formatShape, type Shape } from '../dim.ts';
import type { Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { rowMajorStrides } from './row-major.ts';
import { reshape } from './reshape.ts';
import { sum } from './sum.ts';

/** Repeats axes of length 1, and adds leading axes, until the shape is `shape`. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (equalShapes(x.shape, shape)) return x;
  const attrs = { shape };
  return x.builder.primitive('broadcastTo', [x], attrs, broadcastToPrimitive.infer([x.type], attrs));
}

export const broadcastToPrimitive: Primitive<'broadcastTo'> = {
  name: 'broadcastTo',
  traits: { family: 'view' },
  infer: (inputs, { shape }) => {
    const [x] = inputs;
    const check = new ShapeCheck('broadcastTo', inputs);
    const lead = shape.length - x.shape.length;
    check.require(
      lead >= 0 && x.shape.every((dim, axis) => dim === 1 || dim === shape[axis + lead]),
      `${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`,
    );
    check.done('axes of length 1 or of the target length, aligned at the last');
    return tensorType(x.dtype, shape);
  },
  vjp: ({ inputs: [x], grad, attrs: { shape } }) => {
    const lead = shape.length - x.shape.length;
    const axes = shape.flatMap((dim, axis) => (axis < lead || (x.shape[axis - lead] === 1 && dim !== 1) ? [axis] : []));
    return [reshape(sum(grad, { axes, keepDims: true }), x.shape)];
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], shape }) => {
    const lead = shape.length - x.shape.length;
    const sourceStrides = rowMajorStrides(x.shape);
    const strides = shape.map((_, axis) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : sourceStrides[axis - lead]));
    const outputStrides = rowMajorStrides(shape);
    const result = new Float64Array(shape.reduce((product, dim) => product * dim, 1));
    for (let i = 0; i < result.length; i++) {
      let at = 0;
      for (let axis = 0; axis < shape.length; axis++) at += (Math.floor(i / outputStrides[axis]) % shape[axis]) * strides[axis];
      result[i] = x.data[at];
    }
    return result;
  },
};
