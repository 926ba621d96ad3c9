import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { applyPrimitive } from './apply.ts';
import { conv2dInputGrad } from './conv2d-input-grad.ts';
import { visitProducts } from './conv2d-evaluate.ts';
import { conv2dType } from './conv2d-shape.ts';
import { conv2dWeightGrad } from './conv2d-weight-grad.ts';
import { reshape } from './reshape.ts';
import { elementCount } from './row-major.ts';
import { pairOf, paddingOf, type PaddingOption, type PairOption } from './window.ts';

export interface Conv2dOptions {
  /** [O], added to every pixel. Default none. */
  readonly bias?: Tensor | undefined;
  /** Default 1. */
  readonly stride?: PairOption;
  /** Default 0. */
  readonly padding?: PaddingOption;
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
  const attrs = { stride: pairOf(stride), padding: paddingOf(padding), dilation: pairOf(dilation), groups };
  const y = applyPrimitive(conv2dPrimitive, [x, weight], attrs);
  return bias === undefined ? y : add(y, reshape(bias, [1, ...bias.shape, 1, 1]));
}

export const conv2dPrimitive: Primitive<'conv2d'> = {
  name: 'conv2d',
  traits: { family: 'contraction' },
  infer: conv2dType,
  vjp: ({ inputs: [x, weight], grad, attrs, needs }) => [
    needs[0]
      ? conv2dInputGrad(grad, weight, { ...attrs, inputSize: [x.shape[2] as number, x.shape[3] as number] })
      : undefined,
    needs[1]
      ? conv2dWeightGrad(x, grad, { ...attrs, kernel: [weight.shape[2] as number, weight.shape[3] as number] })
      : undefined,
  ],
  macs: ([, weight], _, output) => elementCount(output) * elementCount(weight.slice(1)),
  evaluate: ({ inputs: [x, weight], attrs, shape, round }) => {
    const result = new Float64Array(elementCount(shape));
    visitProducts({ image: x.shape, weight: weight.shape, output: shape }, attrs, (imageAt, weightAt, outputAt) => {
      result[outputAt] = round(result[outputAt] + round(x.data[imageAt] * weight.data[weightAt]));
    });
    return result;
  },
};
