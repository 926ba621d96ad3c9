// Channels scaled by gates that are computed from their means. arXiv:1709.01507

import { flatten, globalAvgPool2d, mul, relu, reshape, sigmoid, type Initializer, type Tensor } from '@netwright/ir';
import { channelsOf, conv2dLayer } from '../layers/conv2d-layer.ts';
import { linearLayer } from '../layers/linear-layer.ts';
import type { Layer } from '../layers/sequential.ts';

/** The two layers that make a gate for each channel, under the names of the published networks. */
export interface SqueezeExcitationOptions {
  /** Channels between the two layers: C / 16 in the paper. */
  readonly squeezed: number;
  /** Scope of the module; the empty name opens none. Default `se`. */
  readonly name?: string;
  /**
   * Scopes of the two layers. Default `fc1` and `fc2`, as torchvision and timm's `SEModule`; timm's EfficientNets have `conv_reduce` and
   * `conv_expand`, modules with `torch.nn.Sequential` have `0` and `2`, under the name `fc`.
   */
  readonly names?: { readonly squeeze: string; readonly expand: string };
  /** Between the two. Default `relu`. */
  readonly activation?: Layer;
  /** After the second. Default `sigmoid`. */
  readonly gate?: Layer;
  /** Weights [out, in, 1, 1] of 1x1 convolutions, or [out, in] of linear layers: the same function. Default `conv`. */
  readonly form?: 'conv' | 'linear';
  /** Default true. */
  readonly bias?: boolean;
  /** Default that of the layers. */
  readonly init?: Initializer;
  /** Default that of the layers. */
  readonly biasInit?: Initializer;
}

const NAMES = { squeeze: 'fc1', expand: 'fc2' };

/** Squeeze-and-excitation: x [N, C, H, W] times gates [N, C, 1, 1] from two layers over the means of its channels. It fits behind any layer of images. */
export function squeezeExcitation(x: Tensor, options: SqueezeExcitationOptions): Tensor {
  const {
    squeezed,
    name = 'se',
    names = NAMES,
    activation = relu,
    gate = sigmoid,
    form = 'conv',
    bias = true,
  } = options;
  const { init, biasInit } = options;
  const settings = { bias, ...(init === undefined ? {} : { init }), ...(biasInit === undefined ? {} : { biasInit }) };
  const layer = (y: Tensor, scope: string, out: number): Tensor =>
    form === 'conv'
      ? conv2dLayer(y, { ...settings, name: scope, out, kernel: 1 })
      : linearLayer(y, { ...settings, name: scope, out });
  const channels = channelsOf(x);
  return x.builder.within(name, () => {
    const means = globalAvgPool2d(x);
    const few = activation(layer(form === 'conv' ? means : flatten(means, 1), names.squeeze, squeezed));
    const gates = gate(layer(few, names.expand, channels));
    return mul(x, form === 'conv' ? gates : reshape(gates, [-1, channels, 1, 1]));
  });
}
