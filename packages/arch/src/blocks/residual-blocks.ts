// The basic and the bottleneck block of ResNet, with what ResNeXt, SENet and Wide ResNet add to them. arXiv:1512.03385

import { dropout as dropoutOf, onesInit, relu, zerosInit, type Tensor } from '@netwright/ir';
import { batchNormLayer } from '../layers/batch-norm-layer.ts';
import { conv2dLayer } from '../layers/conv2d-layer.ts';
import type { Layer } from '../layers/sequential.ts';
import { addShortcut, type ShortcutKind, type ShortcutOptions } from './residual-shortcut.ts';

/** The branch of a residual block, and its shortcut. */
export interface ResidualBlockOptions {
  /** Output channels. */
  readonly out: number;
  /** Channels inside: of the first convolution of a basic block, of the 3x3 convolution of a bottleneck. Default `out`, of a bottleneck a quarter of it. */
  readonly width?: number;
  /** Default 1. */
  readonly stride?: number;
  /** Groups of the 3x3 convolutions (of a basic block, both). Default 1. */
  readonly groups?: number;
  /** Default `B`. */
  readonly shortcut?: ShortcutKind;
  /** Names and kernel of the projection of shortcut `B`. Default torchvision's, `downsample.0` and `downsample.1`. */
  readonly projection?: Pick<ShortcutOptions, 'name' | 'norm' | 'kernel'>;
  /** At the end of the branch, before the addition, e.g. squeeze-excitation. Default nothing. */
  readonly squeeze?: Layer;
  /** Probability of dropping elements before the last convolution of the branch (arXiv:1605.07146, section 2.4). Default 0. */
  readonly dropout?: number;
  /** Probability that training leaves out the branch of a sample (arXiv:1603.09382); a block without shortcut ignores it. Default 0. */
  readonly stochasticDepth?: number;
  /** Start the last norm of the branch at zero, so that the block starts as its shortcut (arXiv:1706.02677). Default false. */
  readonly zeroInitResidual?: boolean;
}

/** A residual block of three convolutions, the first and last of them 1x1. */
export interface BottleneckBlockOptions extends ResidualBlockOptions {
  /** Channels of the first 1x1 convolution. Default `width`; SENet-154 has half of it. */
  readonly reduced?: number;
  /** Which convolution has the stride: the `3x3` as torchvision, or the first `1x1` as the paper. Default `3x3`. */
  readonly strideIn?: '3x3' | '1x1';
}

/** Two 3x3 convolutions of x [N, C, H, W], each with batch norm, and a shortcut: `conv1`, `bn1`, `conv2`, `bn2`. */
export function basicBlock(x: Tensor, options: ResidualBlockOptions): Tensor {
  const { out, width = out, stride = 1, groups = 1, dropout = 0 } = options;
  let y = conv2dLayer(x, { name: 'conv1', out: width, kernel: 3, stride, padding: 1, groups });
  y = dropoutOf(relu(batchNormLayer(y, { name: 'bn1' })), { p: dropout });
  y = conv2dLayer(y, { name: 'conv2', out, kernel: 3, padding: 1, groups });
  return joined(x, y, 'bn2', options);
}

/** 1x1, 3x3 and 1x1 convolutions of x [N, C, H, W], each with batch norm, and a shortcut: `conv1`, `bn1`, .. `conv3`, `bn3`. */
export function bottleneckBlock(x: Tensor, options: BottleneckBlockOptions): Tensor {
  const { out, width = Math.floor(out / 4), reduced = width, stride = 1, groups = 1, strideIn = '3x3' } = options;
  const { dropout = 0 } = options;
  const [first, second] = strideIn === '1x1' ? [stride, 1] : [1, stride];
  let y = conv2dLayer(x, { name: 'conv1', out: reduced, kernel: 1, stride: first });
  y = relu(batchNormLayer(y, { name: 'bn1' }));
  y = conv2dLayer(y, { name: 'conv2', out: width, kernel: 3, stride: second, padding: 1, groups });
  y = dropoutOf(relu(batchNormLayer(y, { name: 'bn2' })), { p: dropout });
  y = conv2dLayer(y, { name: 'conv3', out, kernel: 1 });
  return joined(x, y, 'bn3', options);
}

function joined(x: Tensor, y: Tensor, lastNorm: string, options: ResidualBlockOptions): Tensor {
  const { stride = 1, shortcut: kind = 'B', projection = {}, squeeze, stochasticDepth = 0, zeroInitResidual } = options;
  const normed = batchNormLayer(y, { name: lastNorm, init: zeroInitResidual === true ? zerosInit : onesInit });
  const branch = squeeze === undefined ? normed : squeeze(normed);
  return relu(addShortcut(branch, x, { ...projection, kind, stride, stochasticDepth }));
}
