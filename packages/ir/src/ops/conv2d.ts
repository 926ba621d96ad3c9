import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { Padding } from './attributes.ts';
import { addChannelBias } from './channel-bias.ts';
import { conv2dInputGrad } from './conv2d-input-grad.ts';
import { visitProducts } from './conv2d-evaluate.ts';
import { conv2dType, imageSizes } from './conv2d-shape.ts';
import { conv2dWeightGrad } from './conv2d-weight-grad.ts';
import { elementCount } from './row-major.ts';
import { pairOf, paddingOf, samePadding, type ConvPaddingOption, type PairOption, type WindowAttrs } from './window.ts';

/** As those of `torch.nn.functional.conv2d`; a number stands for both axes. */
export interface Conv2dOptions {
  /** [O], added to every pixel. Default none. */
  readonly bias?: Tensor | undefined;
  /** Default 1. */
  readonly stride?: PairOption;
  /** Default 0. */
  readonly padding?: ConvPaddingOption;
  /** Default 1. */
  readonly dilation?: PairOption;
  /** Default 1; the number of channels for a depthwise convolution. */
  readonly groups?: number;
}

/**
 * 2-D convolution (cross-correlation) of x [N, C, H, W] with weight [O, C / groups, KH, KW], as `torch.nn.functional.conv2d`, with padding that may
 * differ on every side. Gives [N, O, OH, OW].
 *
 * Errors: `conv2d.operands`.
 */
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  const { bias, stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const window = { stride: pairOf(stride), dilation: pairOf(dilation) };
  const attrs = { ...window, padding: padding === 'same' ? sameSize(x, weight, window) : paddingOf(padding), groups };
  return addChannelBias('conv2d', applyPrimitive(conv2dPrimitive, [x, weight], attrs), bias);
}

function sameSize(x: Tensor, weight: Tensor, window: Omit<WindowAttrs, 'padding'>): Padding {
  const image = imageSizes(x.shape);
  const kernel = imageSizes(weight.shape);
  if (image === undefined || kernel === undefined) return [0, 0, 0, 0];
  return samePadding([image[1], image[2]], [kernel[1], kernel[2]], window);
}

export const conv2dPrimitive: Primitive<'conv2d'> = {
  name: 'conv2d',
  traits: { family: 'contraction' },
  infer: conv2dType,
  macs: ([, weight], _, output) => elementCount(output) * elementCount(weight.slice(1)),
  evaluate: ({ inputs: [x, weight], attrs, shape, round }) => {
    const result = new Float64Array(elementCount(shape));
    visitProducts({ image: x.shape, weight: weight.shape, output: shape }, attrs, (imageAt, weightAt, outputAt) => {
      result[outputAt] = round(result[outputAt] + round(x.data[imageAt] * weight.data[weightAt]));
    });
    return result;
  },
};

export const conv2dGradient: GradientRule<'conv2d'> = ({ inputs: [x, weight], grad, attrs, needs }) => [
  needs[0]
    ? conv2dInputGrad(grad, weight, { ...attrs, inputSize: [x.shape[2] as number, x.shape[3] as number] })
    : undefined,
  needs[1]
    ? conv2dWeightGrad(x, grad, { ...attrs, kernel: [weight.shape[2] as number, weight.shape[3] as number] })
    : undefined,
];
