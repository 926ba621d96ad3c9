// Rethinking the Inception architecture for computer vision, as torchvision builds it. arXiv:1512.00567

import {
  concatBranches,
  convNormAct,
  linearLayer,
  truncatedNormal,
  type BranchConv,
  type BranchStep,
  type ModelOutputs,
} from '@netwright/arch';
import { avgPool2d, flatten, globalAvgPool2d, maxPool2d, NetwrightError, type Tensor } from '@netwright/ir';
import { auxiliary, head } from './head.ts';
import type { NetworkOptions } from './inception.ts';
import { deepened, type InceptionV3Variant } from './variants.ts';

type Branches = readonly (readonly BranchStep[])[];
type Kernel = BranchConv['kernel'];

const NORM = { eps: 1e-3 };
const INIT = truncatedNormal({ std: 0.1 });
/** The smallest map that the head takes: 5x5 windows every 3, then a 5x5 convolution. */
const AUX_MAP = 17;

/** The names of the convolutions of a branch: its own, or numbered from 1. */
function chain(name: string, ...steps: readonly (readonly [number, Kernel, Partial<BranchConv>?])[]): BranchConv[] {
  return steps.map(([conv, kernel, more], index) => ({
    conv,
    kernel,
    name: steps.length === 1 ? name : `${name}_${String(index + 1)}`,
    ...more,
  }));
}

const REDUCE = { stride: 2, padding: 0 };
const MAX_POOL = [{ pool: 'max', kernel: 3, stride: 2 }] as const;

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
  MAX_POOL,
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
  MAX_POOL,
];

function forked(name: string): BranchStep {
  return {
    fork: [
      { conv: 384, kernel: [1, 3], name: `${name}a` },
      { conv: 384, kernel: [3, 1], name: `${name}b` },
    ],
  };
}

/** Figure 7, on 8x8. */
const BLOCK_C: Branches = [
  chain('branch1x1', [320, 1]),
  [{ conv: 384, kernel: 1, name: 'branch3x3_1' }, forked('branch3x3_2')],
  [
    { conv: 448, kernel: 1, name: 'branch3x3dbl_1' },
    { conv: 384, kernel: 3, name: 'branch3x3dbl_2' },
    forked('branch3x3dbl_3'),
  ],
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
  /** Modules named from `letter` on, e.g. `Mixed_5b`, `Mixed_5c`. */
  const mixed = (x: Tensor, stage: number, letter: 'a' | 'b', modules: readonly Branches[]): Tensor =>
    modules.reduce((y, branches, index) => {
      const name = `Mixed_${String(stage)}${String.fromCharCode(letter.charCodeAt(0) + index)}`;
      return y.builder.within(name, () => concatBranches(y, branches, { norm: NORM, init: INIT, width }));
    }, x);
  const [first, second, third] = deepened(STAGES, depth);
  const fine = mixed(stemOf(image, width, options), 5, 'b', first);
  const middle = mixed(mixed(fine, 6, 'a', [REDUCTION_A]), 6, 'b', second);
  const heads = auxHeads
    ? [['aux', auxiliary(image.builder.within('AuxLogits', () => auxHead(middle, width, options)))] as const]
    : [];
  const coarse = mixed(mixed(middle, 7, 'a', [REDUCTION_B]), 7, 'b', third);
  const logits = head(coarse, { name: 'fc', classes, dropout, init: INIT });
  return { logits, ...Object.fromEntries(heads) };
}

/** Without strides and with padding, a small image keeps its size. */
function stemOf(image: Tensor, width: number, { stem }: NetworkOptions): Tensor {
  const small = stem === 'small';
  const conv = (x: Tensor, name: string, channels: number, kernel: number, more: Partial<BranchConv> = {}): Tensor => {
    const out = Math.max(1, Math.round(channels * width));
    return convNormAct(x, { name, out, kernel, norm: NORM, init: INIT, ...(small ? {} : more) });
  };
  const pool = (x: Tensor, name: string): Tensor =>
    small ? x : x.builder.within(name, () => maxPool2d(x, { kernel: 3, stride: 2 }));
  let x = conv(image, 'Conv2d_1a_3x3', 32, 3, REDUCE);
  x = conv(x, 'Conv2d_2a_3x3', 32, 3, { padding: 0 });
  x = pool(conv(x, 'Conv2d_2b_3x3', 64, 3), 'maxpool1');
  x = conv(x, 'Conv2d_3b_1x1', 80, 1);
  return pool(conv(x, 'Conv2d_4a_3x3', 192, 3, { padding: 0 }), 'maxpool2');
}

function auxHead(x: Tensor, width: number, { classes }: NetworkOptions): Tensor {
  const [height, columns] = [Number(x.shape[2]), Number(x.shape[3])];
  if (Math.min(height, columns) < AUX_MAP) {
    throw new NetwrightError({
      code: 'inception.auxHeads',
      operation: 'inception_v3',
      scope: x.builder.scope,
      expected: `a map of ${String(AUX_MAP)} x ${String(AUX_MAP)} or more for the auxiliary head`,
      received: `${String(height)} x ${String(columns)}`,
      hint: 'pass auxHeads: false, or larger images',
    });
  }
  const scaled = (channels: number): number => Math.max(1, Math.round(channels * width));
  let y = avgPool2d(x, { kernel: 5, stride: 3 });
  y = convNormAct(y, { name: 'conv0', out: scaled(128), kernel: 1, norm: NORM, init: INIT });
  const init = truncatedNormal({ std: 0.01 });
  y = convNormAct(y, { name: 'conv1', out: scaled(768), kernel: 5, padding: 0, norm: NORM, init });
  const means = flatten(globalAvgPool2d(y), 1);
  return linearLayer(means, { name: 'fc', out: classes, init: truncatedNormal({ std: 0.001 }) });
}
