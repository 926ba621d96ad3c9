// Inception-v4, Inception-ResNet and the impact of residual connections on learning, section 3.1. arXiv:1602.07261

import {
  concatBranches,
  repeatBlocks,
  sequential,
  torchDefaultInit,
  type BranchStep,
  type ModelOutputs,
} from '@netwright/arch';
import type { Tensor } from '@netwright/ir';
import { head } from './head.ts';
import type { NetworkOptions } from './inception.ts';
import { conv, forked, MAX_POOL, REDUCE, VALID, type Branches } from './steps.ts';
import type { InceptionV4Variant } from './variants.ts';

const AVERAGE = { pool: 'avgWithoutPadding', kernel: 3, stride: 1, padding: 1 } as const;

/** Figure 3: what `imagenet` shrinks keeps its size in `small`. */
function stem(small: boolean): readonly Branches[] {
  const reduce = small ? {} : REDUCE;
  const valid = small ? {} : VALID;
  const pool: BranchStep = small ? { ...MAX_POOL, stride: 1, padding: 1 } : MAX_POOL;
  return [
    [[conv(32, 3, { name: '', ...reduce })]],
    [[conv(32, 3, { name: '', ...valid })]],
    [[conv(64, 3, { name: '' })]],
    [[pool], [conv(96, 3, { name: 'conv', ...reduce })]],
    [
      [conv(64, 1), conv(96, 3, valid)],
      [conv(64, 1), conv(64, [1, 7]), conv(64, [7, 1]), conv(96, 3, valid)],
    ],
    [[conv(192, 3, { name: 'conv', ...reduce })], [pool]],
  ];
}

/** Figure 4, on 35x35. */
const BLOCK_A: Branches = [
  [conv(96, 1)],
  [conv(64, 1), conv(96, 3)],
  [conv(64, 1), conv(96, 3), conv(96, 3)],
  [AVERAGE, conv(96, 1)],
];

/** Figure 7 with k, l, m, n = 192, 224, 256, 384. */
const REDUCTION_A: Branches = [[conv(384, 3, REDUCE)], [conv(192, 1), conv(224, 3), conv(256, 3, REDUCE)], [MAX_POOL]];

/** Figure 5, on 17x17. */
const BLOCK_B: Branches = [
  [conv(384, 1)],
  [conv(192, 1), conv(224, [1, 7]), conv(256, [7, 1])],
  [conv(192, 1), conv(192, [7, 1]), conv(224, [1, 7]), conv(224, [7, 1]), conv(256, [1, 7])],
  [AVERAGE, conv(128, 1)],
];

/** Figure 8. */
const REDUCTION_B: Branches = [
  [conv(192, 1), conv(192, 3, REDUCE)],
  [conv(256, 1), conv(256, [1, 7]), conv(320, [7, 1]), conv(320, 3, REDUCE)],
  [MAX_POOL],
];

/** Figure 6, on 8x8. */
const BLOCK_C: Branches = [
  [conv(256, 1)],
  [conv(384, 1, { name: 'branch1_0' }), forked(256, 'branch1_1')],
  [
    conv(384, 1, { name: 'branch2_0' }),
    conv(448, [3, 1], { name: 'branch2_1' }),
    conv(512, [1, 3], { name: 'branch2_2' }),
    forked(256, 'branch2_3'),
  ],
  [AVERAGE, conv(256, 1)],
];

const STAGES = [Array<Branches>(4).fill(BLOCK_A), Array<Branches>(7).fill(BLOCK_B), Array<Branches>(3).fill(BLOCK_C)];

export function inceptionV4(
  image: Tensor,
  { width, depth }: InceptionV4Variant,
  options: NetworkOptions,
): ModelOutputs {
  const { classes, dropout } = options;
  const [fine, middle, coarse] = repeatBlocks(STAGES, depth);
  const init = torchDefaultInit;
  const modules = [...stem(options.stem === 'small'), ...fine, REDUCTION_A, ...middle, REDUCTION_B, ...coarse];
  const features = sequential(
    image,
    modules.map((branches) => (x: Tensor) => concatBranches(x, branches, { norm: { eps: 1e-3 }, init, width })),
    'features',
  );
  return { logits: head(features, { name: 'last_linear', classes, dropout, init }) };
}
