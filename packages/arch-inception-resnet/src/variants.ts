// The variant table of the family, as data: a network is a list of stages.

import { scaleDepths, type BranchConv, type BranchStep } from '@netwright/arch';

type Kernel = BranchConv['kernel'];
type ConvRow = readonly [channels: number, kernel: Kernel];

/** A convolution of the stem or the end, with norm and ReLU; `valid` ones have no padding. */
export interface ConvStage {
  readonly name: string;
  readonly conv: number;
  readonly kernel: number;
  readonly stride?: 2;
  readonly valid?: boolean;
}

export interface PoolStage {
  readonly name: string;
  readonly pool: 3;
}

/** Branches without a shortcut: a reduction, or the `mixed_5b` of v2. */
export interface MixedStage {
  readonly name: string;
  readonly branches: readonly (readonly BranchStep[])[];
}

/** Residual modules of one kind. */
export interface ResidualStage {
  /** Of the modules `<name>.0`, `<name>.1`, ..; of the module itself where `single`. */
  readonly name: string;
  readonly single?: boolean;
  readonly kind: 'A' | 'B' | 'C';
  readonly repeats: number;
  readonly branches: readonly (readonly BranchConv[])[];
  /** The last one adds all of its residual, and has no ReLU. */
  readonly last?: boolean;
}

export type Stage = ConvStage | PoolStage | MixedStage | ResidualStage;

export interface InceptionResNetVariant {
  readonly imageSize: number;
  readonly classes: number;
  readonly dropout: number;
  readonly stem: 'imagenet' | 'small';
  /** Factor of all channels. */
  readonly width: number;
  /** Up to the first module; `small` takes their strides out. */
  readonly stemStages: readonly (ConvStage | PoolStage)[];
  readonly stages: readonly Stage[];
}

function branch(...rows: readonly ConvRow[]): readonly BranchConv[] {
  return rows.map(([conv, kernel]) => ({ conv, kernel }));
}

/** A branch that ends with a 3x3 of stride 2. */
function reducing(...rows: readonly ConvRow[]): readonly BranchConv[] {
  return branch(...rows).map((one, index) => (index === rows.length - 1 ? { ...one, stride: 2, padding: 0 } : one));
}

const MAX_POOL = [{ pool: 'max', kernel: 3, stride: 2 }] as const;

/** Both versions share 32, 32 and 64 channels, a pool, and 80 and 192 channels. */
const STEM: readonly (ConvStage | PoolStage)[] = [
  { name: 'conv2d_1a', conv: 32, kernel: 3, stride: 2, valid: true },
  { name: 'conv2d_2a', conv: 32, kernel: 3, valid: true },
  { name: 'conv2d_2b', conv: 64, kernel: 3 },
  { name: 'maxpool_3a', pool: 3 },
  { name: 'conv2d_3b', conv: 80, kernel: 1 },
  { name: 'conv2d_4a', conv: 192, kernel: 3, valid: true },
];

const IMAGENET = { imageSize: 299, classes: 1000, dropout: 0.2, stem: 'imagenet', width: 1 } as const;

/** Figures 10 to 13 and the stem of figure 14: 5, 10 and 5 modules on 256, 896 and 1792 channels. */
const V1: InceptionResNetVariant = {
  ...IMAGENET,
  stemStages: [...STEM, { name: 'conv2d_4b', conv: 256, kernel: 3, stride: 2, valid: true }],
  stages: [
    {
      name: 'repeat_1',
      kind: 'A',
      repeats: 5,
      branches: [branch([32, 1]), branch([32, 1], [32, 3]), branch([32, 1], [32, 3], [32, 3])],
    },
    { name: 'mixed_6a', branches: [reducing([384, 3]), reducing([192, 1], [192, 3], [256, 3]), MAX_POOL] },
    {
      name: 'repeat_2',
      kind: 'B',
      repeats: 10,
      branches: [branch([128, 1]), branch([128, 1], [128, [1, 7]], [128, [7, 1]])],
    },
    {
      name: 'mixed_7a',
      branches: [
        reducing([256, 1], [384, 3]),
        reducing([256, 1], [256, 3]),
        reducing([256, 1], [256, 3], [256, 3]),
        MAX_POOL,
      ],
    },
    {
      name: 'repeat_3',
      kind: 'C',
      repeats: 5,
      branches: [branch([192, 1]), branch([192, 1], [192, [1, 3]], [192, [3, 1]])],
    },
  ],
};

const V2_C = [branch([192, 1]), branch([192, 1], [224, [1, 3]], [256, [3, 1]])];

/** As published: 10, 20 and 10 modules on 320, 1088 and 2080 channels. */
const V2: InceptionResNetVariant = {
  ...IMAGENET,
  stemStages: [...STEM, { name: 'maxpool_5a', pool: 3 }],
  stages: [
    {
      name: 'mixed_5b',
      branches: [
        branch([96, 1]),
        branch([48, 1], [64, 5]),
        branch([64, 1], [96, 3], [96, 3]),
        [{ pool: 'avgWithoutPadding', kernel: 3, stride: 1, padding: 1 }, ...branch([64, 1])],
      ],
    },
    {
      name: 'repeat',
      kind: 'A',
      repeats: 10,
      branches: [branch([32, 1]), branch([32, 1], [32, 3]), branch([32, 1], [48, 3], [64, 3])],
    },
    { name: 'mixed_6a', branches: [reducing([384, 3]), reducing([256, 1], [256, 3], [384, 3]), MAX_POOL] },
    {
      name: 'repeat_1',
      kind: 'B',
      repeats: 20,
      branches: [branch([192, 1]), branch([128, 1], [160, [1, 7]], [192, [7, 1]])],
    },
    {
      name: 'mixed_7a',
      branches: [
        reducing([256, 1], [384, 3]),
        reducing([256, 1], [288, 3]),
        reducing([256, 1], [288, 3], [320, 3]),
        MAX_POOL,
      ],
    },
    { name: 'repeat_2', kind: 'C', repeats: 9, branches: V2_C },
    { name: 'block8', kind: 'C', repeats: 1, single: true, last: true, branches: V2_C },
    { name: 'conv2d_7b', conv: 1536, kernel: 1 },
  ],
};

/** One module of each kind behind one convolution, and no reduction to less than half. */
const TINY: InceptionResNetVariant = {
  imageSize: 32,
  classes: 10,
  dropout: 0,
  stem: 'small',
  width: 1,
  stemStages: [{ name: 'conv2d_1a', conv: 8, kernel: 3, stride: 2, valid: true }],
  stages: [
    { name: 'repeat_1', kind: 'A', repeats: 1, branches: [branch([3, 1]), branch([3, 1], [4, 3])] },
    { name: 'mixed_6a', branches: [reducing([6, 3]), MAX_POOL] },
    { name: 'repeat_2', kind: 'B', repeats: 1, branches: [branch([4, 1]), branch([3, 1], [4, [1, 7]], [4, [7, 1]])] },
    { name: 'repeat_3', kind: 'C', repeats: 1, last: true, branches: [branch([4, 1]), branch([3, 1], [4, [1, 3]])] },
  ],
};

export const VARIANTS = {
  inception_resnet_v1: V1,
  inception_resnet_v2: V2,
  tiny: TINY,
} as const satisfies Readonly<Record<string, InceptionResNetVariant>>;

/** `variant` with its channels and its numbers of residual modules multiplied; a single one stays. */
export function scaled(
  variant: InceptionResNetVariant,
  { width, depth }: { readonly width: number; readonly depth: number },
): InceptionResNetVariant {
  const repeated = variant.stages.flatMap((stage) => ('repeats' in stage && stage.single !== true ? [stage] : []));
  const counts = scaleDepths(
    repeated.map(({ repeats }) => repeats),
    depth,
  );
  const stages = variant.stages.map((stage) => {
    const index = repeated.findIndex(({ name }) => name === stage.name);
    return index < 0 ? stage : { ...stage, repeats: counts[index] };
  });
  return { ...variant, width: variant.width * width, stages };
}
