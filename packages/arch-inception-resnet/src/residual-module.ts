// The residual module: branches, a linear 1x1 convolution, a scale, and the addition. arXiv:1602.07261, sections 3.2 and 3.3

import { channelsOf, concatBranches, conv2dLayer, torchDefaultInit, type BranchConv } from '@netwright/arch';
import { add, mul, relu, type Tensor } from '@netwright/ir';

/** The branches, and how their sum is brought back to x. */
export interface ResidualModuleOptions {
  /** Convolutions of each branch, with batch norm (eps 1e-3) and ReLU. */
  readonly branches: readonly (readonly BranchConv[])[];
  /** Factor of the residual before it is added; 0.1 to 0.3 keep wide networks stable. Default 1. */
  readonly scale?: number;
  /** ReLU after the addition. Default true. */
  readonly activation?: boolean;
  /** Factor of the branches' channels. Default 1. */
  readonly width?: number;
  /** Scopes of the branches and of the 1x1 convolution. Default none and `conv2d`, as timm's. */
  readonly names?: { readonly branches: string; readonly projection: string };
}

const NAMES = { branches: '', projection: 'conv2d' };

/** x [N, C, H, W] plus `scale` times its branches, brought back to C channels by a 1x1 convolution with bias and without norm. */
export function residualModule(
  x: Tensor,
  { branches, scale = 1, activation = true, width = 1, names = NAMES }: ResidualModuleOptions,
): Tensor {
  const init = torchDefaultInit;
  const mixed = x.builder.within(names.branches, () =>
    concatBranches(x, branches, { norm: { eps: 1e-3 }, init, width }),
  );
  const residual = conv2dLayer(mixed, { name: names.projection, out: channelsOf(x), kernel: 1, bias: true, init });
  const sum = add(x, scale === 1 ? residual : mul(residual, scale));
  return activation ? relu(sum) : sum;
}
