import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { MaxPool2dAttrs } from './attributes.ts';
import { maxPool2dIndices } from './max-pool2d-indices.ts';
import { maxPool2dScatter } from './max-pool2d-scatter.ts';
import { pooledType, visitWindows } from './pool2d-shape.ts';
import { elementCount } from './row-major.ts';
import { pairOf, paddingOf, type PaddingOption, type PairOption } from './window.ts';

/** As those of `torch.nn.functional.max_pool2d`; a number stands for both axes. */
export interface MaxPool2dOptions {
  readonly kernel: PairOption;
  /** Default the kernel. */
  readonly stride?: PairOption;
  /** At most half of the window. Default 0. */
  readonly padding?: PaddingOption;
  /** Default 1. */
  readonly dilation?: PairOption;
  /** Whether a last window may overhang at the bottom and right. Default false. */
  readonly ceilMode?: boolean;
}

/**
 * Largest element of each window of x [N, C, H, W], as `torch.nn.functional.max_pool2d`; padding never wins, NaN does. The gradient goes to the
 * first maximum.
 *
 * Errors: `maxPool2d.operands`.
 */
export function maxPool2d(x: Tensor, options: MaxPool2dOptions): Tensor {
  const { kernel, stride = kernel, padding = 0, dilation = 1, ceilMode = false } = options;
  const attrs: MaxPool2dAttrs = {
    kernel: pairOf(kernel),
    stride: pairOf(stride),
    padding: paddingOf(padding),
    dilation: pairOf(dilation),
    ceilMode,
  };
  return applyPrimitive(maxPool2dPrimitive, [x], attrs);
}

export const maxPool2dPrimitive: Primitive<'maxPool2d'> = {
  name: 'maxPool2d',
  traits: { family: 'window' },
  infer: (inputs, attrs) => pooledType('maxPool2d', inputs, attrs, 'f32', 1),
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs, shape }) => {
    const result = new Float64Array(elementCount(shape)).fill(-Infinity);
    visitWindows(x.shape, shape, attrs, (inputAt, outputAt) => {
      result[outputAt] = Math.max(result[outputAt], x.data[inputAt]);
    });
    return result;
  },
};

export const maxPool2dGradient: GradientRule<'maxPool2d'> = ({ inputs: [x], grad, attrs }) => [
  maxPool2dScatter(grad, maxPool2dIndices(x, attrs), {
    ...attrs,
    inputSize: [x.shape[2] as number, x.shape[3] as number],
  }),
];
