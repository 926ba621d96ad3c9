// Residual blocks whose norms and activations come before the convolutions, so that the shortcuts stay free. arXiv:1603.05027

import { dropout as dropoutOf, relu, zerosInit, type Initializer, type Tensor } from '@netwright/ir';
import { batchNormLayer } from '../layers/batch-norm-layer.ts';
import { conv2dLayer, kaimingFanOut } from '../layers/conv2d-layer.ts';
import type { ResidualBlockOptions } from './residual-blocks.ts';
import { addShortcut } from './residual-shortcut.ts';

/** As for the blocks of arXiv:1512.03385, with what changes where norms come first. */
export interface PreactivationBlockOptions extends ResidualBlockOptions {
  /** Start the last convolution of the branch at zero, as no norm ends it. Default false. */
  readonly zeroInitResidual?: boolean;
  /** Whether the shortcut, too, reads x after norm and activation: for the first block after a bare convolution. Default false. */
  readonly activatedShortcut?: boolean;
}

/** Batch norm, relu and 3x3 convolution of x [N, C, H, W], twice, and a shortcut: `bn1`, `conv1`, `bn2`, `conv2`. */
export function preactivationBasicBlock(x: Tensor, options: PreactivationBlockOptions): Tensor {
  const { out, width = out, stride = 1, groups = 1, dropout = 0 } = options;
  const first = relu(batchNormLayer(x, { name: 'bn1' }));
  let y = conv2dLayer(first, { name: 'conv1', out: width, kernel: 3, stride, padding: 1, groups });
  y = dropoutOf(relu(batchNormLayer(y, { name: 'bn2' })), { p: dropout });
  y = conv2dLayer(y, { name: 'conv2', out, kernel: 3, padding: 1, groups, init: lastInit(options) });
  return joined(x, first, y, options);
}

/** Batch norm, relu and convolution of x [N, C, H, W], 1x1, 3x3 and 1x1, and a shortcut: `bn1`, `conv1`, .. `bn3`, `conv3`. */
export function preactivationBottleneckBlock(x: Tensor, options: PreactivationBlockOptions): Tensor {
  const { out, width = Math.floor(out / 4), stride = 1, groups = 1, dropout = 0 } = options;
  const first = relu(batchNormLayer(x, { name: 'bn1' }));
  let y = conv2dLayer(first, { name: 'conv1', out: width, kernel: 1 });
  y = relu(batchNormLayer(y, { name: 'bn2' }));
  y = conv2dLayer(y, { name: 'conv2', out: width, kernel: 3, stride, padding: 1, groups });
  y = dropoutOf(relu(batchNormLayer(y, { name: 'bn3' })), { p: dropout });
  y = conv2dLayer(y, { name: 'conv3', out, kernel: 1, init: lastInit(options) });
  return joined(x, first, y, options);
}

function lastInit({ zeroInitResidual = false }: PreactivationBlockOptions): Initializer {
  return zeroInitResidual ? zerosInit : kaimingFanOut;
}

/** Where the shape changes, the shortcut reads what the first convolution reads, and has no norm of its own. */
function joined(x: Tensor, first: Tensor, y: Tensor, options: PreactivationBlockOptions): Tensor {
  const { stride = 1, shortcut: kind = 'B', projection = {}, squeeze, stochasticDepth = 0 } = options;
  const branch = squeeze === undefined ? y : squeeze(y);
  return addShortcut(branch, options.activatedShortcut === true ? first : x, {
    norm: 'none',
    ...projection,
    kind,
    stride,
    stochasticDepth,
    projected: first,
  });
}
