// Convolution, norm and activation: the layer that most families are made of.

import { relu, type Initializer, type Tensor } from '@netwright/ir';
import { batchNormLayer } from '../layers/batch-norm-layer.ts';
import { conv2dLayer, type Conv2dLayerOptions } from '../layers/conv2d-layer.ts';
import type { Layer } from '../layers/sequential.ts';

/** The convolution, and which norm and activation follow it. */
export interface ConvNormActOptions extends Conv2dLayerOptions {
  /** Scope of the whole; the empty name opens none. */
  readonly name: string;
  /** Default: half of the (dilated) kernel, so that stride 1 keeps the size of the image. */
  readonly padding?: Conv2dLayerOptions['padding'];
  /** Default: only without a norm. */
  readonly bias?: boolean;
  /** Batch norm with these settings, or `none`. Default batch norm with PyTorch's. */
  readonly norm?: { readonly eps?: number; readonly momentum?: number; readonly init?: Initializer } | 'none';
  /** After the norm. Default `relu`. */
  readonly activation?: Layer | 'none';
  /**
   * Scopes of the parts. Default `conv` and `bn`, as torchvision's `BasicConv2d` and timm's `ConvNormAct`; torchvision's
   * `Conv2dNormActivation` has `0` and `1`.
   */
  readonly names?: { readonly conv: string; readonly norm: string };
}

const NAMES = { conv: 'conv', norm: 'bn' };

/** 2-D convolution of x [N, C, H, W], batch norm and activation, each of the last two optional. */
export function convNormAct(x: Tensor, options: ConvNormActOptions): Tensor {
  const { name, kernel, dilation = 1, norm = {}, activation = relu, names = NAMES, ...rest } = options;
  const { padding = halfOf(kernel, dilation), bias = norm === 'none' } = rest;
  return x.builder.within(name, () => {
    const convolved = conv2dLayer(x, { ...rest, name: names.conv, kernel, dilation, padding, bias });
    const normed = norm === 'none' ? convolved : batchNormLayer(convolved, { ...norm, name: names.norm });
    return activation === 'none' ? normed : activation(normed);
  });
}

function halfOf(
  kernel: Conv2dLayerOptions['kernel'],
  dilation: Exclude<Conv2dLayerOptions['dilation'], undefined>,
): readonly [number, number] {
  const [kh, kw] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  const [dh, dw] = typeof dilation === 'number' ? [dilation, dilation] : dilation;
  return [Math.floor((dh * (kh - 1)) / 2), Math.floor((dw * (kw - 1)) / 2)];
}
