// A convolution with its parameters.

import { conv2d, formatType, NetwrightError, type Initializer, type Padding, type Tensor } from '@netwright/ir';

/** Shape and start of a convolution; input channels are those of x. */
export interface Conv2dLayerOptions {
  /** Scope, e.g. `conv1`; the parameters are `<name>.weight` and `<name>.bias`. */
  readonly name: string;
  readonly out: number;
  readonly kernel: number | readonly [number, number];
  /** Default 1. */
  readonly stride?: number | readonly [number, number];
  /** `same` is TensorFlow's, with the odd row or column at the bottom and right. Default 0. */
  readonly padding?: number | readonly [number, number] | Padding | 'same';
  /** Default 1. */
  readonly dilation?: number | readonly [number, number];
  /** Default 1. */
  readonly groups?: number;
  /** Default false: a norm follows. */
  readonly bias?: boolean;
  /** Default {@link kaimingFanOut}. */
  readonly init?: Initializer;
  /** Default: uniform in +-1/sqrt(fanIn), PyTorch's. */
  readonly biasInit?: Initializer;
}

/** Normal, variance 2 / fanOut: what torchvision's ResNets start from. arXiv:1502.01852 */
export const kaimingFanOut: Initializer = { kind: 'kaiming', distribution: 'normal', fan: 'fanOut', gain: Math.SQRT2 };

/** 2-D convolution of x [N, C, H, W] with a weight [out, C / groups, kh, kw] of its own. */
export function conv2dLayer(x: Tensor, options: Conv2dLayerOptions): Tensor {
  const { name, out, stride = 1, padding = 0, dilation = 1, groups = 1, bias = false, init = kaimingFanOut } = options;
  const [kh, kw] = typeof options.kernel === 'number' ? [options.kernel, options.kernel] : options.kernel;
  const channels = channelsOf(x);
  return x.builder.within(name, () => {
    const weight = x.builder.parameter('weight', [out, Math.floor(channels / groups), kh, kw], { init });
    const fanIn = Math.floor(channels / groups) * kh * kw;
    const biasParameter = bias
      ? x.builder.parameter('bias', [out], { init: options.biasInit ?? { kind: 'biasOf', fanIn }, group: 'noDecay' })
      : undefined;
    return conv2d(x, weight, { bias: biasParameter, stride, padding, dilation, groups });
  });
}

/**
 * The number of channels, axis 1, of [N, C, ...].
 *
 * @throws NetwrightError `layer.channels` where there is no such axis, or one without a fixed size.
 */
export function channelsOf(x: Tensor): number {
  const channels = x.shape[1];
  if (typeof channels === 'number') return channels;
  throw new NetwrightError({
    code: 'layer.channels',
    operation: 'layer',
    scope: x.builder.scope,
    expected: 'a fixed number of channels on axis 1',
    received: formatType(x.type),
  });
}
