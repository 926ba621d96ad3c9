import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { AvgPool2dAttrs, Pair } from './attributes.ts';
import { avgPool2d, windowDivisors } from './avg-pool2d.ts';
import { unpooledType, visitWindows } from './pool2d-shape.ts';
import { elementCount } from './row-major.ts';

/**
 * The adjoint of {@link avgPool2d}: every element of g [N, C, OH, OW], divided by its window's count, is added to each element of its window in
 * [N, C, H, W] of `inputSize`.
 *
 * Errors: `avgPool2dAdjoint.operands`.
 */
export function avgPool2dAdjoint(g: Tensor, attrs: AvgPool2dAttrs & { readonly inputSize: Pair }): Tensor {
  return applyPrimitive(avgPool2dAdjointPrimitive, [g], attrs);
}

export const avgPool2dAdjointPrimitive: Primitive<'avgPool2dAdjoint'> = {
  name: 'avgPool2dAdjoint',
  traits: { family: 'window' },
  infer: (inputs, attrs) => unpooledType('avgPool2dAdjoint', inputs, attrs, 1),
  macs: () => 0,
  evaluate: ({ inputs: [g], attrs, shape, round }) => {
    const result = new Float64Array(elementCount(shape));
    const divisors = windowDivisors([shape[2], shape[3]], [g.shape[2], g.shape[3]], attrs);
    visitWindows(shape, g.shape, attrs, (inputAt, outputAt) => {
      result[inputAt] = round(result[inputAt] + round(g.data[outputAt] / divisors[outputAt % divisors.length]));
    });
    return result;
  },
};

export const avgPool2dAdjointGradient: GradientRule<'avgPool2dAdjoint'> = ({ grad, attrs }) => [avgPool2d(grad, attrs)];
