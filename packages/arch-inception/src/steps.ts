// The steps of branches that these networks share.

import {
  concatBranches,
  type BranchConv,
  type BranchesOptions,
  type BranchFork,
  type BranchStep,
} from '@netwright/arch';
import { maxPool2d, type Tensor } from '@netwright/ir';

/** Parallel branches, which are concatenated. */
export type Branches = readonly (readonly BranchStep[])[];

export function conv(channels: number, kernel: BranchConv['kernel'], more?: Partial<BranchConv>): BranchConv {
  return { conv: channels, kernel, ...more };
}

export const VALID = { padding: 0 };
/** Of a convolution that halves the map. */
export const REDUCE = { ...VALID, stride: 2 };
export const MAX_POOL = { pool: 'max', kernel: 3, stride: 2 } as const;

/** 1x3 and 3x1 beside each other. */
export function forked(channels: number, name: string): BranchFork {
  return {
    fork: [
      { ...conv(channels, [1, 3]), name: `${name}a` },
      { ...conv(channels, [3, 1]), name: `${name}b` },
    ],
  };
}

/** Convolutions behind each other, each with a name. */
export function convs(x: Tensor, layer: BranchesOptions, ...steps: readonly BranchConv[]): Tensor {
  return concatBranches(x, [steps], layer);
}

/** A max pool between the parts of a network; `ceilMode` as torchvision's GoogLeNet. */
export function pool(x: Tensor, name: string, kernel = 3, ceilMode = true): Tensor {
  return x.builder.within(name, () => maxPool2d(x, { kernel, stride: 2, ceilMode }));
}

/** Of the modules of a stage: a, b, ... */
export function letter(index: number): string {
  return String.fromCharCode(97 + index);
}
