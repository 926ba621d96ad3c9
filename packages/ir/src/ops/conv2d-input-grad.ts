import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { Conv2dAttrs, Pair } from './attributes.ts';
import { conv2d } from './conv2d.ts';
import { visitProducts } from './conv2d-evaluate.ts';
import { conv2dInputGradType } from './conv2d-shape.ts';
import { conv2dWeightGrad } from './conv2d-weight-grad.ts';
import { elementCount } from './row-major.ts';

/**
 * Gradient of {@link conv2d} for its input: grad [N, O, OH, OW] and weight [O, C / groups, KH, KW] give [N, C, H, W] of `inputSize`.
 *
 * Errors: `conv2dInputGrad.operands`.
 */
export function conv2dInputGrad(
  grad: Tensor,
  weight: Tensor,
  attrs: Conv2dAttrs & { readonly inputSize: Pair },
): Tensor {
  const { stride, padding, dilation, groups, inputSize } = attrs;
  return applyPrimitive(conv2dInputGradPrimitive, [grad, weight], { stride, padding, dilation, groups, inputSize });
}

export const conv2dInputGradPrimitive: Primitive<'conv2dInputGrad'> = {
  name: 'conv2dInputGrad',
  traits: { family: 'contraction' },
  infer: conv2dInputGradType,
  macs: ([grad, weight]) => elementCount(grad) * elementCount(weight.slice(1)),
  evaluate: ({ inputs: [grad, weight], attrs, shape, round }) => {
    const result = new Float64Array(elementCount(shape));
    visitProducts({ image: shape, weight: weight.shape, output: grad.shape }, attrs, (imageAt, weightAt, outputAt) => {
      result[imageAt] = round(result[imageAt] + round(grad.data[outputAt] * weight.data[weightAt]));
    });
    return result;
  },
};

export const conv2dInputGradGradient: GradientRule<'conv2dInputGrad'> = ({
  inputs: [grad, weight],
  grad: seed,
  attrs,
  needs,
}) => [
  needs[0] ? conv2d(seed, weight, attrs) : undefined,
  needs[1]
    ? conv2dWeightGrad(seed, grad, { ...attrs, kernel: [weight.shape[2] as number, weight.shape[3] as number] })
    : undefined,
];
