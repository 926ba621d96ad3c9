// The residual bottleneck with groups, and stages of it.

import { channelsOf, convNormAct, squeezeExcitation } from '@netwright/arch';
import { add, dropPath, onesInit, relu, zerosInit, type Tensor } from '@netwright/ir';
import { roundHalfEven } from './round-half-even.ts';
import type { FittedStage } from './stages.ts';

/** What a block adds to its width, groups and stride. */
export interface AnyNetBlockOptions {
  /** Channels of squeeze-excitation over those of x; 0 for none of it. Default 0. */
  readonly squeezeRatio?: number;
  /** Start the last norm at zero. Default false. */
  readonly zeroInitResidual?: boolean;
  /** Probability that training leaves out the branch of a sample. Default 0. */
  readonly stochasticDepth?: number;
}

const NAMES = { conv: '0', norm: '1' };

/**
 * 1 x 1, 3 x 3 in groups, squeeze-excitation if any, and 1 x 1 convolution of x [N, C, H, W] (`f.a`, `f.b`, `f.se`, `f.c`), added to x, or to its
 * projection `proj` where the shape changes.
 */
export function anyNetBlock(
  x: Tensor,
  { width, groupWidth, bottleneck, stride }: Omit<FittedStage, 'depth'>,
  { squeezeRatio = 0, zeroInitResidual = false, stochasticDepth = 0 }: AnyNetBlockOptions = {},
): Tensor {
  const inner = Math.round(width * bottleneck);
  const layer = { names: NAMES, kernel: 1 };
  const same = stride === 1 && channelsOf(x) === width;
  const shortcut = same ? x : convNormAct(x, { ...layer, name: 'proj', out: width, stride, activation: 'none' });
  const branch = x.builder.within('f', () => {
    let y = convNormAct(x, { ...layer, name: 'a', out: inner });
    y = convNormAct(y, { ...layer, name: 'b', out: inner, kernel: 3, stride, groups: inner / groupWidth });
    if (squeezeRatio > 0) y = squeezeExcitation(y, { squeezed: roundHalfEven(squeezeRatio * channelsOf(x)) });
    return convNormAct(y, {
      ...layer,
      name: 'c',
      out: width,
      activation: 'none',
      norm: { init: zeroInitResidual ? zerosInit : onesInit },
    });
  });
  return relu(add(shortcut, dropPath(branch, { p: stochasticDepth })));
}

/** What a stage adds to its depth and widths. */
export interface AnyNetStageOptions extends Omit<AnyNetBlockOptions, 'stochasticDepth'> {
  /** Number in the names of the blocks, `block<index>-<block>`, as torchvision counts them. */
  readonly index: number;
  /** Of each block. Default 0. */
  readonly stochasticDepth?: (block: number) => number;
}

/** The blocks of one stage; the first has its stride. */
export function anyNetStage(
  x: Tensor,
  { depth, ...block }: FittedStage,
  { index, stochasticDepth = () => 0, ...options }: AnyNetStageOptions,
): Tensor {
  let y = x;
  for (let i = 0; i < depth; i++) {
    const input = y;
    const stride = i === 0 ? block.stride : 1;
    y = x.builder.within(`block${String(index)}-${String(i)}`, () =>
      anyNetBlock(input, { ...block, stride }, { ...options, stochasticDepth: stochasticDepth(i) }),
    );
  }
  return y;
}
