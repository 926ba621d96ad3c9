import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { MaxPool2dAttrs, Pair } from './attributes.ts';
import { maxPool2dSelect } from './max-pool2d-select.ts';
import { unpooledType, visitWindows } from './pool2d-shape.ts';
import { elementCount } from './row-major.ts';

/**
 * The adjoint of {@link maxPool2dSelect}: every element of g [N, C, OH, OW] is added to the element of [N, C, H, W] (of `inputSize`) that its window's tap names.
 *
 * Errors: `maxPool2dScatter.operands`.
 */
export function maxPool2dScatter(
  g: Tensor,
  indices: Tensor,
  attrs: MaxPool2dAttrs & { readonly inputSize: Pair },
): Tensor {
  return applyPrimitive(maxPool2dScatterPrimitive, [g, indices], attrs);
}

export const maxPool2dScatterPrimitive: Primitive<'maxPool2dScatter'> = {
  name: 'maxPool2dScatter',
  traits: { family: 'gather' },
  infer: (inputs, attrs) => unpooledType('maxPool2dScatter', inputs, attrs, 2),
  macs: () => 0,
  evaluate: ({ inputs: [g, indices], attrs, shape, round }) => {
    const result = new Float64Array(elementCount(shape));
    visitWindows(shape, g.shape, attrs, (inputAt, outputAt, tap) => {
      if (indices.data[outputAt] === tap) result[inputAt] = round(result[inputAt] + g.data[outputAt]);
    });
    return result;
  },
};

export const maxPool2dScatterGradient: GradientRule<'maxPool2dScatter'> = ({ inputs: [, indices], grad, attrs }) => [
  maxPool2dSelect(grad, indices, attrs),
  undefined,
];
