// What a convolution costs, whole, in groups and as depthwise and pointwise: folds over three small graphs.

import { buildGraph } from '../builder.ts';
import { costOf } from '../cost.ts';
import { conv2d, type Conv2dOptions } from '../ops/conv2d.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';

/** A convolution with stride 1 and padding that keeps the size of the image. */
export interface ConvolutionCostsOptions {
  /** Channels in and out. */
  readonly channels: number;
  readonly out: number;
  /** Odd side of the kernel. Default 3. */
  readonly kernel?: number;
  /** Height and width of input and output. Default 1. */
  readonly size?: number;
  /** Of the grouped one. Default 1. */
  readonly groups?: number;
}

/** What one form of a convolution costs on one image: elements of its weights, and multiply-adds. Biases do not count. */
export interface ConvolutionCost {
  readonly parameters: number;
  readonly macs: number;
}

/** The same convolution in three forms, to compare. */
export interface ConvolutionCosts {
  readonly full: ConvolutionCost;
  /** 1 / groups of the full one. */
  readonly grouped: ConvolutionCost;
  /** One kernel for each channel, then 1x1 over channels: 1 / out + 1 / kernel^2 of the full one. arXiv:1704.04861, section 3.1 */
  readonly separable: ConvolutionCost;
}

/** Parameters and multiply-adds for one image, without biases. Errors: `conv2d.operands` where groups do not divide the channels. */
export function convolutionCosts({
  channels,
  out,
  kernel = 3,
  size = 1,
  groups = 1,
}: ConvolutionCostsOptions): ConvolutionCosts {
  const cost = (build: (x: Tensor) => Tensor): ConvolutionCost => {
    const { parameters, macs } = costOf(
      buildGraph({ x: tensorType('f32', [1, channels, size, size]) }, ({ x }) => ({ y: build(x) })),
    );
    return { parameters, macs };
  };
  const convolve = (x: Tensor, name: string, shape: readonly number[], options: Conv2dOptions = {}): Tensor =>
    conv2d(x, x.builder.parameter(name, shape), { padding: (shape[2] - 1) / 2, ...options });
  return {
    full: cost((x) => convolve(x, 'weight', [out, channels, kernel, kernel])),
    grouped: cost((x) => convolve(x, 'weight', [out, Math.floor(channels / groups), kernel, kernel], { groups })),
    separable: cost((x) => {
      const depthwise = convolve(x, 'depthwise', [channels, 1, kernel, kernel], { groups: channels });
      return convolve(depthwise, 'pointwise', [out, channels, 1, 1]);
    }),
  };
}
