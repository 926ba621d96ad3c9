// The two residual blocks and their shortcuts.

import { batchNormLayer, channelsOf, conv2dLayer } from '@netwright/arch';
import { add, onesInit, pad, relu, slice, zerosInit, type Tensor } from '@netwright/ir';
import type { ResNetVariant } from './variants.ts';

export interface BlockOptions {
  /** Channels of the 3x3 convolutions; a bottleneck's output has four times as many. */
  readonly channels: number;
  readonly stride: number;
  readonly strideIn: '3x3' | '1x1';
  readonly shortcut: ResNetVariant['shortcut'];
  readonly zeroInitResidual: boolean;
}

const EXPANSION = 4;

/** Two 3x3 convolutions. */
export function basicBlock(x: Tensor, { channels, stride, shortcut, zeroInitResidual }: BlockOptions): Tensor {
  let y = conv2dLayer(x, { name: 'conv1', out: channels, kernel: 3, stride, padding: 1 });
  y = relu(batchNormLayer(y, { name: 'bn1' }));
  y = conv2dLayer(y, { name: 'conv2', out: channels, kernel: 3, padding: 1 });
  y = batchNormLayer(y, { name: 'bn2', init: zeroInitResidual ? zerosInit : onesInit });
  return join(y, x, shortcut, stride);
}

/** 1x1 to fewer channels, 3x3, 1x1 to four times as many. */
export function bottleneckBlock(
  x: Tensor,
  { channels, stride, strideIn, shortcut, zeroInitResidual }: BlockOptions,
): Tensor {
  const [first, second] = strideIn === '1x1' ? [stride, 1] : [1, stride];
  let y = conv2dLayer(x, { name: 'conv1', out: channels, kernel: 1, stride: first });
  y = relu(batchNormLayer(y, { name: 'bn1' }));
  y = conv2dLayer(y, { name: 'conv2', out: channels, kernel: 3, stride: second, padding: 1 });
  y = relu(batchNormLayer(y, { name: 'bn2' }));
  y = conv2dLayer(y, { name: 'conv3', out: channels * EXPANSION, kernel: 1 });
  y = batchNormLayer(y, { name: 'bn3', init: zeroInitResidual ? zerosInit : onesInit });
  return join(y, x, shortcut, stride);
}

function join(branch: Tensor, x: Tensor, shortcut: ResNetVariant['shortcut'], stride: number): Tensor {
  if (shortcut === 'none') return relu(branch);
  const out = channelsOf(branch);
  if (stride === 1 && channelsOf(x) === out) return relu(add(branch, x));
  return relu(add(branch, shortcut === 'A' ? paddedShortcut(x, out, stride) : projection(x, out, stride)));
}

/** Option A: every `stride`-th pixel, with zeros as the new channels. */
function paddedShortcut(x: Tensor, out: number, stride: number): Tensor {
  const sampled = slice(x, { axes: [2, 3], steps: [stride, stride] });
  return pad(sampled, { axes: [1], after: [out - channelsOf(x)] });
}

/** Option B: a 1x1 convolution and a norm, named as torchvision's `downsample`. */
function projection(x: Tensor, out: number, stride: number): Tensor {
  return x.builder.within('downsample', () =>
    batchNormLayer(conv2dLayer(x, { name: '0', out, kernel: 1, stride }), { name: '1' }),
  );
}
