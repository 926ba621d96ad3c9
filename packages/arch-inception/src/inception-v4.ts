// Inception-v4, Inception-ResNet and the impact of residual connections on learning, section 3.1. arXiv:1602.07261

import {
  concatBranches,
  convNormAct,
  sequential,
  torchDefaultInit,
  type BranchConv,
  type BranchStep,
  type ModelOutputs,
} from '@netwright/arch';
import type { Tensor } from '@netwright/ir';
import { head } from './head.ts';
import type { NetworkOptions } from './inception.ts';
import { deepened, type InceptionV4Variant } from './variants.ts';

type Branches = readonly (readonly BranchStep[])[];

function conv(channels: number, kernel: BranchConv['kernel'], name?: string): BranchConv {
  return { conv: channels, kernel, ...(name === undefined ? {} : { name }) };
}

const AVERAGE = { pool: 'avgWithoutPadding', kernel: 3, stride: 1, padding: 1 } as const;
const MAX_POOL = { pool: 'max', kernel: 3, stride: 2 } as const;
const REDUCE = { stride: 2, padding: 0 };

/** Figure 3: what `imagenet` shrinks keeps its size in `small`. */
function stem(small: boolean): readonly Branches[] {
  const reduce = small ? {} : REDUCE;
  const valid = small ? {} : { padding: 0 };
  const pool: BranchStep = small ? { pool: 'max', kernel: 3, stride: 1, padding: 1 } : MAX_POOL;
  return [
    [[pool], [{ ...conv(96, 3, 'conv'), ...reduce }]],
    [
      [conv(64, 1), { ...conv(96, 3), ...valid }],
      [conv(64, 1), conv(64, [1, 7]), conv(64, [7, 1]), { ...conv(96, 3), ...valid }],
    ],
    [[{ ...conv(192, 3, 'conv'), ...reduce }], [pool]],
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
const REDUCTION_A: Branches = [
  [{ ...conv(384, 3), ...REDUCE }],
  [conv(192, 1), conv(224, 3), { ...conv(256, 3), ...REDUCE }],
  [MAX_POOL],
];

/** Figure 5, on 17x17. */
const BLOCK_B: Branches = [
  [conv(384, 1)],
  [conv(192, 1), conv(224, [1, 7]), conv(256, [7, 1])],
  [conv(192, 1), conv(192, [7, 1]), conv(224, [1, 7]), conv(224, [7, 1]), conv(256, [1, 7])],
  [AVERAGE, conv(128, 1)],
];

/** Figure 8. */
const REDUCTION_B: Branches = [
  [conv(192, 1), { ...conv(192, 3), ...REDUCE }],
  [conv(256, 1), conv(256, [1, 7]), conv(320, [7, 1]), { ...conv(320, 3), ...REDUCE }],
  [MAX_POOL],
];

function forked(name: string): BranchStep {
  return {
    fork: [
      { conv: 256, kernel: [1, 3], name: `${name}a` },
      { conv: 256, kernel: [3, 1], name: `${name}b` },
    ],
  };
}

/** Figure 6, on 8x8. */
const BLOCK_C: Branches = [
  [conv(256, 1)],
  [conv(384, 1, 'branch1_0'), forked('branch1_1')],
  [conv(384, 1, 'branch2_0'), conv(448, [3, 1], 'branch2_1'), conv(512, [1, 3], 'branch2_2'), forked('branch2_3')],
  [AVERAGE, conv(256, 1)],
];

const STAGES = [Array<Branches>(4).fill(BLOCK_A), Array<Branches>(7).fill(BLOCK_B), Array<Branches>(3).fill(BLOCK_C)];

export function inceptionV4(
  image: Tensor,
  { width, depth }: InceptionV4Variant,
  options: NetworkOptions,
): ModelOutputs {
  const { classes, dropout } = options;
  const [fine, middle, coarse] = deepened(STAGES, depth);
  const small = options.stem === 'small';
  const layer = { norm: { eps: 1e-3 }, init: torchDefaultInit };
  const convs = [
    { channels: 32, ...(small ? {} : REDUCE) },
    { channels: 32, ...(small ? {} : { padding: 0 }) },
    { channels: 64 },
  ].map(({ channels, ...more }) => (x: Tensor) => {
    const out = Math.max(1, Math.round(channels * width));
    return convNormAct(x, { ...layer, name: '', out, kernel: 3, ...more });
  });
  const modules = [...stem(small), ...fine, REDUCTION_A, ...middle, REDUCTION_B, ...coarse].map(
    (branches) => (x: Tensor) => concatBranches(x, branches, { ...layer, width }),
  );
  const features = sequential(image, [...convs, ...modules], 'features');
  return { logits: head(features, { name: 'last_linear', classes, dropout, init: torchDefaultInit }) };
}
