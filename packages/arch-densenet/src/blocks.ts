// Dense layers, blocks of them, and the transitions between blocks. arXiv:1608.06993, section 3

import { batchNormLayer, channelsOf, conv2dLayer, kaimingNormal } from '@netwright/arch';
import { avgPool2d, concat, dropout, relu, type Tensor } from '@netwright/ir';

/** Width and dropout of the layers of a block. */
export interface DenseLayerOptions {
  /** Channels that a layer adds, k. */
  readonly growth: number;
  /** Width of the 1x1 before the 3x3, in units of the growth; 0 for none. Default 4. */
  readonly bottleneck?: number;
  /** After the last convolution. Default 0. */
  readonly dropout?: number;
}

/** Norm, ReLU and convolution, numbered as torchvision's `norm1`, `relu1`, `conv1`. */
function normActConv(x: Tensor, number: number, out: number, kernel: 1 | 3): Tensor {
  const named = (part: string): string => `${part}${String(number)}`;
  const normed = batchNormLayer(x, { name: named('norm') });
  const active = x.builder.within(named('relu'), () => relu(normed));
  return conv2dLayer(active, { name: named('conv'), out, kernel, padding: (kernel - 1) / 2, init: kaimingNormal() });
}

/** The `growth` new channels that x [N, C, H, W] gives, through a 1x1 (with a bottleneck) and a 3x3. */
export function denseLayer(x: Tensor, { growth, bottleneck = 4, dropout: p = 0 }: DenseLayerOptions): Tensor {
  const y =
    bottleneck === 0
      ? normActConv(x, 1, growth, 3)
      : normActConv(normActConv(x, 1, bottleneck * growth, 1), 2, growth, 3);
  return p === 0 ? y : dropout(y, { p });
}

/** `layers` dense layers `denselayer1`, `denselayer2`, .., each reading x and the new channels of all before it; gives all of them, x first. */
export function denseBlock(x: Tensor, layers: number, options: DenseLayerOptions): Tensor {
  const features = [x];
  for (let index = 1; index <= layers; index++) {
    const all = features.length === 1 ? x : concat(features, 1);
    features.push(x.builder.within(`denselayer${String(index)}`, () => denseLayer(all, options)));
  }
  return concat(features, 1);
}

/** Norm, ReLU, a 1x1 to `compression` times the channels (rounded down), and a 2x2 average pool. */
export function transition(x: Tensor, compression = 0.5): Tensor {
  const normed = batchNormLayer(x, { name: 'norm' });
  const active = x.builder.within('relu', () => relu(normed));
  const out = Math.floor(channelsOf(x) * compression);
  const y = conv2dLayer(active, { name: 'conv', out, kernel: 1, init: kaimingNormal() });
  return x.builder.within('pool', () => avgPool2d(y, { kernel: 2 }));
}
