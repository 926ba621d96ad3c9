// The block of MobileNetV2 and EfficientNet: wide inside, narrow outside, linear at the end. arXiv:1801.04381, arXiv:1905.11946

import { add, dropPath, relu6, type Tensor } from '@netwright/ir';
import { channelsOf } from '../layers/conv2d-layer.ts';
import { sequential, type Layer } from '../layers/sequential.ts';
import { convNormAct, type ConvNormActOptions } from './conv-norm-act.ts';

/** Channels inside and outside the block, and what MobileNetV2 and EfficientNet do differently in it. */
export interface InvertedResidualOptions {
  /** Channels of the depthwise convolution; where x has as many, there is no 1 x 1 convolution before it. */
  readonly expanded: number;
  /** Output channels. */
  readonly out: number;
  /** Of the depthwise convolution. Default 3. */
  readonly kernel?: number;
  /** Of the depthwise convolution. Default 1. */
  readonly stride?: number;
  /** Of the depthwise convolution. Default: half of the kernel. */
  readonly padding?: ConvNormActOptions['padding'];
  /** After each convolution but the last. Default `relu6`. */
  readonly activation?: Layer;
  /** Default batch norm with PyTorch's settings. */
  readonly norm?: ConvNormActOptions['norm'];
  /** Between the depthwise and the last convolution, e.g. squeeze-excitation. Default nothing. */
  readonly squeeze?: Layer;
  /** Probability that training leaves out the branch of a sample, where there is a shortcut. Default 0. */
  readonly stochasticDepth?: number;
  /** Scope of the steps. Default `conv`. */
  readonly name?: string;
  /**
   * Whether the last convolution and its norm are two steps (`conv.2` and `conv.3`, as in torchvision's MobileNetV2) or one (`block.3.0` and
   * `block.3.1`, as in its EfficientNet). Default `two`.
   */
  readonly lastSteps?: 'one' | 'two';
}

const NAMES = { conv: '0', norm: '1' };

/**
 * A 1 x 1 convolution of x [N, C, H, W] to more channels, a depthwise one, and a 1 x 1 convolution to few channels without activation; x is added where the
 * shape is the same.
 */
export function invertedResidual(x: Tensor, options: InvertedResidualOptions): Tensor {
  const { expanded, out, kernel = 3, stride = 1, padding, activation = relu6, norm = {} } = options;
  const { squeeze, stochasticDepth = 0, name = 'conv', lastSteps = 'two' } = options;
  const layer = { name: '', activation, norm, names: NAMES };
  const expand: Layer = (y) => convNormAct(y, { ...layer, out: expanded, kernel: 1 });
  const depthwise: Layer = (y) =>
    convNormAct(y, {
      ...layer,
      out: expanded,
      kernel,
      stride,
      groups: expanded,
      ...(padding === undefined ? {} : { padding }),
    });
  const steps = [
    ...(channelsOf(x) === expanded ? [] : [expand]),
    depthwise,
    ...(squeeze === undefined ? [] : [squeeze]),
  ];
  const last = steps.length;
  const lastNames =
    lastSteps === 'one'
      ? { name: String(last), names: NAMES }
      : { name: '', names: { conv: String(last), norm: String(last + 1) } };
  const branch = x.builder.within(name, () =>
    convNormAct(sequential(x, steps), { ...layer, ...lastNames, activation: 'none', out, kernel: 1 }),
  );
  if (stride !== 1 || channelsOf(x) !== out) return branch;
  return add(x, dropPath(branch, { p: stochasticDepth }));
}
