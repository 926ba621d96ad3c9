import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { MaxPool2dAttrs } from './attributes.ts';
import { maxPool2dScatter } from './max-pool2d-scatter.ts';
import { pooledType, visitWindows } from './pool2d-shape.ts';
import { elementCount } from './row-major.ts';

/**
 * The element of v [N, C, H, W] at each window's tap, given by `indices` [N, C, OH, OW] as of {@link maxPool2dIndices}; 0 for a tap outside the image.
 *
 * Errors: `maxPool2dSelect.operands`.
 */
export function maxPool2dSelect(v: Tensor, indices: Tensor, attrs: MaxPool2dAttrs): Tensor {
  const { kernel, stride, padding, dilation, ceilMode } = attrs;
  return applyPrimitive(maxPool2dSelectPrimitive, [v, indices], { kernel, stride, padding, dilation, ceilMode });
}

export const maxPool2dSelectPrimitive: Primitive<'maxPool2dSelect'> = {
  name: 'maxPool2dSelect',
  traits: { family: 'gather' },
  infer: (inputs, attrs) => pooledType('maxPool2dSelect', inputs, attrs, 'f32', 2),
  macs: () => 0,
  evaluate: ({ inputs: [v, indices], attrs, shape }) => {
    const result = new Float64Array(elementCount(shape));
    visitWindows(v.shape, shape, attrs, (inputAt, outputAt, tap) => {
      if (indices.data[outputAt] === tap) result[outputAt] = v.data[inputAt];
    });
    return result;
  },
};

export const maxPool2dSelectGradient: GradientRule<'maxPool2dSelect'> = ({ inputs: [v, indices], grad, attrs }) => [
  maxPool2dScatter(grad, indices, { ...attrs, inputSize: [v.shape[2] as number, v.shape[3] as number] }),
  undefined,
];
