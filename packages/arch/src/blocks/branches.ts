// Parallel branches of convolutions and pools, concatenated over the channels: Inception modules, as data.

import { avgPool2d, concat, maxPool2d, type Tensor } from '@netwright/ir';
import { convNormAct, type ConvNormActOptions } from './conv-norm-act.ts';

/** A convolution with norm and activation. */
export interface BranchConv {
  /** Output channels. */
  readonly conv: number;
  readonly kernel: number | readonly [number, number];
  /** Default 1. */
  readonly stride?: number;
  /** Default half of the kernel. */
  readonly padding?: number;
  /** Scope. Default `branchB` where it is the only step of branch B, `branchB.S` as step S of several, as `torch.nn.Sequential` names them. */
  readonly name?: string;
}

/** A pooling in a branch, with the same stride along both axes; it keeps the channels. */
export interface BranchPool {
  readonly pool: 'max' | 'avg' | 'avgWithoutPadding';
  readonly kernel: number;
  readonly stride: number;
  /** Default 0. `avgWithoutPadding` does not count it. */
  readonly padding?: number;
}

/** Convolutions of the same input, concatenated; each needs a name. */
export interface BranchFork {
  readonly fork: readonly (BranchConv & { readonly name: string })[];
}

/** One step of a branch: a convolution with norm and activation, a pooling, or several convolutions side by side. */
export type BranchStep = BranchConv | BranchPool | BranchFork;

/** What all convolutions of a module share, and how the branches are named. */
export interface BranchesOptions extends Pick<
  ConvNormActOptions,
  'bias' | 'norm' | 'activation' | 'init' | 'biasInit'
> {
  /** Number of the first branch in the default names. Default 0. */
  readonly first?: number;
  /** Factor of all output channels, rounded to 1 or more. Default 1. */
  readonly width?: number;
}

/** `branches` of x [N, C, H, W], each a list of steps, concatenated in that order; they must agree in height and width. */
export function concatBranches(
  x: Tensor,
  branches: readonly (readonly BranchStep[])[],
  { first = 0, width = 1, ...layer }: BranchesOptions = {},
): Tensor {
  const conv = (y: Tensor, { conv: channels, kernel, stride = 1, padding, name = '' }: BranchConv): Tensor => {
    const out = Math.max(1, Math.round(channels * width));
    return convNormAct(y, { ...layer, name, out, kernel, stride, ...(padding === undefined ? {} : { padding }) });
  };
  const results = branches.map((steps, index) => {
    const branch = `branch${String(first + index)}`;
    return steps.reduce((y, step, position) => {
      const name = steps.length === 1 ? branch : `${branch}.${String(position)}`;
      if ('conv' in step) return conv(y, { name, ...step });
      if ('fork' in step)
        return concat(
          step.fork.map((one) => conv(y, one)),
          1,
        );
      return y.builder.within(name, () => poolOf(y, step));
    }, x);
  });
  return concat(results, 1);
}

function poolOf(x: Tensor, { pool, kernel, stride, padding = 0 }: BranchPool): Tensor {
  if (pool === 'max') return maxPool2d(x, { kernel, stride, padding });
  return avgPool2d(x, { kernel, stride, padding, countIncludePad: pool === 'avg' });
}
