// What is added to a residual branch. arXiv:1512.03385, section 3.3

import { add, dropPath, pad, slice, type Tensor } from '@netwright/ir';
import { batchNormLayer } from '../layers/batch-norm-layer.ts';
import { channelsOf, conv2dLayer } from '../layers/conv2d-layer.ts';

/**
 * Where the shape changes: `A` takes every stride-th pixel and zeros as the new channels, `B` a 1x1 convolution; the input elsewhere. `none` adds nothing
 * anywhere, for plain networks.
 */
export type ShortcutKind = 'A' | 'B' | 'none';

/** How x comes to the shape of the branch that it is added to. */
export interface ShortcutOptions {
  readonly kind: ShortcutKind;
  /** Stride of the branch. */
  readonly stride: number;
  /** Scope of the convolution of `B`. Default `downsample.0`. */
  readonly name?: string;
  /** Scope of the norm after it, or `none`. Default `downsample.1`. */
  readonly norm?: string;
  /** Of the convolution of `B`, with half of it as padding. Default 1. */
  readonly kernel?: number;
  /** Probability that training leaves out the branch of a sample. Default 0. */
  readonly stochasticDepth?: number;
  /** What the shortcut reads where the shape changes, e.g. x after the first norm and activation. Default x. */
  readonly projected?: Tensor;
}

/** `branch` [N, C', H', W'] plus the shortcut of `x` [N, C, H, W]. */
export function addShortcut(branch: Tensor, x: Tensor, options: ShortcutOptions): Tensor {
  const { kind, stride, stochasticDepth = 0, projected = x } = options;
  if (kind === 'none') return branch;
  const kept = dropPath(branch, { p: stochasticDepth });
  const out = channelsOf(branch);
  if (stride === 1 && channelsOf(x) === out) return add(kept, x);
  return add(kept, kind === 'A' ? paddedShortcut(projected, out, stride) : projection(projected, out, options));
}

function paddedShortcut(x: Tensor, out: number, stride: number): Tensor {
  const sampled = slice(x, { axes: [2, 3], steps: [stride, stride] });
  return pad(sampled, { axes: [1], after: [out - channelsOf(x)] });
}

function projection(x: Tensor, out: number, options: ShortcutOptions): Tensor {
  const { stride, name = 'downsample.0', norm = 'downsample.1', kernel = 1 } = options;
  const convolved = conv2dLayer(x, { name, out, kernel, stride, padding: Math.floor(kernel / 2) });
  return norm === 'none' ? convolved : batchNormLayer(convolved, { name: norm });
}
