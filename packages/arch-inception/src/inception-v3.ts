// Rethinking the Inception architecture for computer vision, as torchvision builds it. arXiv:1512.00567

import {
  concatBranches,
  linearLayer,
  repeatBlocks,
  truncatedNormal,
  type BranchConv,
  type BranchesOptions,
  type BranchStep,
  type ModelOutputs,
} from '@netwright/arch';
import { avgPool2d, flatten, globalAvgPool2d, NetwrightError, type Tensor } from '@netwright/ir';
import { auxiliary, head } from './head.ts';
import type { NetworkOptions } from './inception.ts';
import { conv, convs, forked, letter, MAX_POOL, pool, REDUCE, VALID, type Branches } from './steps.ts';
import type { InceptionV3Variant } from './variants.ts';

const INIT = truncatedNormal({ std: 0.1 });

/** The names of the convolutions of a branch: its own, or numbered from 1. */
function chain(name: string, ...steps: readonly Parameters<typeof conv>[]): BranchConv[] {
  return steps.map((step, index) => ({
    ...conv(...step),
    name: steps.length === 1 ? name : `${name}_${String(index + 1)}`,
  }));
}

function averaged(channels: number): readonly BranchStep[] {
  return [{ pool: 'avg', kernel: 3, stride: 1, padding: 1 }, ...chain('branch_pool', [channels, 1])];
}

/** Figure 5, on 35x35; one 5x5 is left. */
function blockA(pooled: number): Branches {
  return [
    chain('branch1x1', [64, 1]),
    chain('branch5x5', [48, 1], [64, 5]),
    chain('branch3x3dbl', [64, 1], [96, 3], [96, 3]),
    averaged(pooled),
  ];
}

const REDUCTION_A: Branches = [
  chain('branch3x3', [384, 3, REDUCE]),
  chain('branch3x3dbl', [64, 1], [96, 3], [96, 3, REDUCE]),
  [MAX_POOL],
];

/** Figure 6, n = 7, on 17x17. */
function blockB(inner: number): Branches {
  return [
    chain('branch1x1', [192, 1]),
    chain('branch7x7', [inner, 1], [inner, [1, 7]], [192, [7, 1]]),
    chain('branch7x7dbl', [inner, 1], [inner, [7, 1]], [inner, [1, 7]], [inner, [7, 1]], [192, [1, 7]]),
    averaged(192),
  ];
}

const REDUCTION_B: Branches = [
  chain('branch3x3', [192, 1], [320, 3, REDUCE]),
  chain('branch7x7x3', [192, 1], [192, [1, 7]], [192, [7, 1]], [192, 3, REDUCE]),
  [MAX_POOL],
];

/** Figure 7, on 8x8. */
const BLOCK_C: Branches = [
  chain('branch1x1', [320, 1]),
  [conv(384, 1, { name: 'branch3x3_1' }), forked(384, 'branch3x3_2')],
  [...chain('branch3x3dbl', [448, 1], [384, 3]), forked(384, 'branch3x3dbl_3')],
  averaged(192),
];

/** On 35x35, on 17x17 and on 8x8; a reduction is before the second and before the third. */
const STAGES: readonly (readonly Branches[])[] = [
  [blockA(32), blockA(64), blockA(64)],
  [blockB(128), blockB(160), blockB(160), blockB(192)],
  [BLOCK_C, BLOCK_C],
];

export function inceptionV3(
  image: Tensor,
  { width, depth }: InceptionV3Variant,
  options: NetworkOptions,
): ModelOutputs {
  const { auxHeads, classes, dropout } = options;
  const layer = { norm: { eps: 1e-3 }, init: INIT, width };
  /** Modules with letters from `first` on, e.g. `Mixed_5b`, `Mixed_5c`. */
  const mixed = (x: Tensor, stage: number, first: 0 | 1, modules: readonly Branches[]): Tensor =>
    modules.reduce(
      (y, branches, index) =>
        y.builder.within(`Mixed_${String(stage)}${letter(first + index)}`, () => concatBranches(y, branches, layer)),
      x,
    );
  const [first, second, third] = repeatBlocks(STAGES, depth);
  const fine = mixed(stemOf(image, layer, options), 5, 1, first);
  const middle = mixed(fine, 6, 0, [REDUCTION_A, ...second]);
  const heads: Readonly<Record<string, ReturnType<typeof auxiliary>>> = auxHeads
    ? { aux: auxiliary(image.builder.within('AuxLogits', () => auxHead(middle, layer, options))) }
    : {};
  const coarse = mixed(middle, 7, 0, [REDUCTION_B, ...third]);
  const logits = head(coarse, { name: 'fc', classes, dropout, init: INIT });
  return { logits, ...heads };
}

/** Without strides and with padding, a small image keeps its size. */
function stemOf(image: Tensor, layer: BranchesOptions, { stem }: NetworkOptions): Tensor {
  const small = stem === 'small';
  const valid = small ? {} : VALID;
  const half = (x: Tensor, name: string): Tensor => (small ? x : pool(x, name, 3, false));
  const fine = convs(
    image,
    layer,
    conv(32, 3, { name: 'Conv2d_1a_3x3', ...(small ? {} : REDUCE) }),
    conv(32, 3, { name: 'Conv2d_2a_3x3', ...valid }),
    conv(64, 3, { name: 'Conv2d_2b_3x3' }),
  );
  const coarse = convs(
    half(fine, 'maxpool1'),
    layer,
    conv(80, 1, { name: 'Conv2d_3b_1x1' }),
    conv(192, 3, { name: 'Conv2d_4a_3x3', ...valid }),
  );
  return half(coarse, 'maxpool2');
}

function auxHead(x: Tensor, layer: BranchesOptions, { classes }: NetworkOptions): Tensor {
  const [, , ...map] = x.shape;
  // 5x5 windows every 3, then a 5x5 convolution.
  if (map.some((side) => Number(side) < 17)) {
    throw new NetwrightError({
      code: 'inception.auxHeads',
      operation: 'inception_v3',
      scope: x.builder.scope,
      expected: 'a map of 17 x 17 or more for the auxiliary head',
      received: map.join(' x '),
      hint: 'pass auxHeads: false, or larger images',
    });
  }
  const pooled = avgPool2d(x, { kernel: 5, stride: 3 });
  const reduced = convs(pooled, layer, ...chain('conv0', [128, 1]));
  const init = truncatedNormal({ std: 0.01 });
  const y = convs(reduced, { ...layer, init }, ...chain('conv1', [768, 5, VALID]));
  const means = flatten(globalAvgPool2d(y), 1);
  return linearLayer(means, { name: 'fc', out: classes, init: truncatedNormal({ std: 0.001 }) });
}
