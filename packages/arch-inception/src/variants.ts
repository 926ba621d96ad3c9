// The variant table of the family, as data.

import { scaleDepths } from '@netwright/arch';
import type { InceptionChannels } from './inception-module.ts';

interface Common {
  readonly imageSize: number;
  readonly classes: number;
  readonly dropout: number;
  /** Whether the auxiliary heads are built by default. */
  readonly auxHeads: boolean;
  readonly auxDropout: number;
  /** `imagenet`: the published one; `small`: no stride, for images of about 32 pixels. */
  readonly stem: 'imagenet' | 'small';
  /** Factor of all channels. */
  readonly width: number;
  /** Factor of the numbers of modules; those of a stage are repeated in their order. */
  readonly depth: number;
}

/** GoogLeNet, Inception v1. */
export interface GoogLeNetVariant extends Common {
  readonly network: 'v1';
  /** Batch norm and no biases, or local response norm in the stem and biases. */
  readonly batchNorm: boolean;
  /** How weights start. */
  readonly start: 'torchvision' | 'caffe' | 'kaiming';
  /** Kernel of the third branch. */
  readonly third: 3 | 5;
  /** Window of the last max pool. */
  readonly lastPool: 2 | 3;
  /** Modules of the stages 3, 4 and 5; heads are on the first and on the fourth of stage 4, or on the last where there are fewer. */
  readonly stages: readonly (readonly InceptionChannels[])[];
  /** Channels of the three convolutions of the stem. */
  readonly stemChannels: readonly [number, number, number];
  /** Channels of the heads: their convolution, their hidden layer. */
  readonly auxChannels: readonly [number, number];
}

export interface InceptionV3Variant extends Common {
  readonly network: 'v3';
}

export interface InceptionV4Variant extends Common {
  readonly network: 'v4';
}

export type InceptionVariant = GoogLeNetVariant | InceptionV3Variant | InceptionV4Variant;

const IMAGENET = { classes: 1000, stem: 'imagenet', width: 1, depth: 1 } as const;

/** arXiv:1409.4842, table 1. */
const GOOGLENET = {
  ...IMAGENET,
  network: 'v1',
  imageSize: 224,
  auxDropout: 0.7,
  stemChannels: [64, 64, 192],
  auxChannels: [128, 1024],
  stages: [
    [
      [64, 96, 128, 16, 32, 32],
      [128, 128, 192, 32, 96, 64],
    ],
    [
      [192, 96, 208, 16, 48, 64],
      [160, 112, 224, 24, 64, 64],
      [128, 128, 256, 24, 64, 64],
      [112, 144, 288, 32, 64, 64],
      [256, 160, 320, 32, 128, 128],
    ],
    [
      [256, 160, 320, 32, 128, 128],
      [384, 192, 384, 48, 128, 128],
    ],
  ],
} as const;

const TORCHVISION = {
  ...GOOGLENET,
  batchNorm: true,
  start: 'torchvision',
  third: 3,
  lastPool: 2,
  dropout: 0.2,
} as const;
const PAPER = { ...GOOGLENET, batchNorm: false, start: 'caffe', third: 5, lastPool: 3, dropout: 0.4 } as const;

const V3 = { ...IMAGENET, network: 'v3', imageSize: 299, dropout: 0.5, auxDropout: 0 } as const;

export const VARIANTS = {
  googlenet: { ...TORCHVISION, auxHeads: false },
  googlenet_aux: { ...TORCHVISION, auxHeads: true },
  googlenet_paper: { ...PAPER, auxHeads: false },
  googlenet_paper_aux: { ...PAPER, auxHeads: true },
  inception_v3: { ...V3, auxHeads: true },
  inception_v4: { ...IMAGENET, network: 'v4', imageSize: 299, dropout: 0.2, auxHeads: false, auxDropout: 0 },
  tiny: {
    ...TORCHVISION,
    start: 'kaiming',
    imageSize: 32,
    classes: 10,
    stem: 'small',
    dropout: 0,
    auxDropout: 0,
    auxHeads: true,
    stemChannels: [4, 4, 8],
    auxChannels: [2, 8],
    stages: [[[3, 3, 4, 2, 3, 2]], [[4, 3, 4, 2, 4, 2]], [[4, 3, 6, 2, 4, 2]]],
  },
} as const satisfies Readonly<Record<string, InceptionVariant>>;

/** The modules of each stage, `depth` times as many: a stage of A and B doubled is A, A, B, B. */
export function deepened<T>(stages: readonly (readonly T[])[], depth: number): readonly (readonly T[])[] {
  const counts = scaleDepths(
    stages.map(({ length }) => length),
    depth,
  );
  return stages.map((modules, stage) =>
    Array.from({ length: counts[stage] }, (_, index) => modules[Math.floor((index * modules.length) / counts[stage])]),
  );
}
