// The module of GoogLeNet. arXiv:1409.4842, figure 2b

import { concatBranches, type BranchesOptions } from '@netwright/arch';
import type { Tensor } from '@netwright/ir';
import { conv, MAX_POOL } from './steps.ts';

/** Output channels: 1x1, 1x1 before 3x3, 3x3, 1x1 before the third convolution, that convolution, 1x1 after the pool. */
export type InceptionChannels = readonly [number, number, number, number, number, number];

/** Channels of the four branches, and what torchvision does differently from the paper. */
export interface InceptionModuleOptions extends Pick<BranchesOptions, 'init' | 'biasInit' | 'width'> {
  readonly channels: InceptionChannels;
  /** Kernel of the third branch: 5 in the paper, 3 in torchvision. Default 3. */
  readonly third?: 3 | 5;
  /** Batch norm (eps 1e-3) in place of biases. Default true. */
  readonly batchNorm?: boolean;
  /** Number of the first branch in the names: torchvision's `branch1` .. `branch4`, or `branch0` .. `branch3`. Default 1. */
  readonly firstBranch?: 0 | 1;
}

/** Four branches of x [N, C, H, W]: 1x1; 1x1 and 3x3; 1x1 and 3x3 or 5x5; max pool and 1x1; concatenated. */
export function inceptionModule(
  x: Tensor,
  { channels, third = 3, batchNorm = true, firstBranch = 1, ...layer }: InceptionModuleOptions,
): Tensor {
  const [ones, reduce3, threes, reduceThird, thirds, pooled] = channels;
  return concatBranches(
    x,
    [
      [conv(ones, 1)],
      [conv(reduce3, 1), conv(threes, 3)],
      [conv(reduceThird, 1), conv(thirds, third)],
      [{ ...MAX_POOL, stride: 1, padding: 1 }, conv(pooled, 1)],
    ],
    { ...layer, first: firstBranch, norm: batchNorm ? { eps: 1e-3 } : 'none' },
  );
}
