import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { Conv2dAttrs, Pair } from './attributes.ts';
import { conv2d } from './conv2d.ts';
import { visitProducts } from './conv2d-evaluate.ts';
import { conv2dInputGrad } from './conv2d-input-grad.ts';
import { conv2dWeightGradType } from './conv2d-shape.ts';
import { elementCount } from './row-major.ts';

/**
 * Gradient of {@link conv2d} for its weight: x [N, C, H, W] and grad [N, O, OH, OW] give [O, C / groups, KH, KW] of spatial size `kernel`.
 *
 * Errors: `conv2dWeightGrad.operands`.
 */
export function conv2dWeightGrad(x: Tensor, grad: Tensor, attrs: Conv2dAttrs & { readonly kernel: Pair }): Tensor {
  const { stride, padding, dilation, groups, kernel } = attrs;
  return applyPrimitive(conv2dWeightGradPrimitive, [x, grad], { stride, padding, dilation, groups, kernel });
}

export const conv2dWeightGradPrimitive: Primitive<'conv2dWeightGrad'> = {
  name: 'conv2dWeightGrad',
  traits: { family: 'contraction' },
  infer: conv2dWeightGradType,
  macs: ([, grad], _, output) => elementCount(grad) * elementCount(output.slice(1)),
  evaluate: ({ inputs: [x, grad], attrs, shape, round }) => {
    const result = new Float64Array(elementCount(shape));
    visitProducts({ image: x.shape, weight: shape, output: grad.shape }, attrs, (imageAt, weightAt, outputAt) => {
      result[weightAt] = round(result[weightAt] + round(x.data[imageAt] * grad.data[outputAt]));
    });
    return result;
  },
};

export const conv2dWeightGradGradient: GradientRule<'conv2dWeightGrad'> = ({
  inputs: [x, grad],
  grad: seed,
  attrs,
  needs,
}) => [
  needs[0]
    ? conv2dInputGrad(grad, seed, { ...attrs, inputSize: [x.shape[2] as number, x.shape[3] as number] })
    : undefined,
  needs[1] ? conv2d(x, seed, attrs) : undefined,
];
