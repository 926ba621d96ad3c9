// The variant table of the family, as data.

import { constantInit, kaimingNormal, truncatedNormal, xavierUniform } from '@netwright/arch';
import type { Initializer } from '@netwright/ir';
import type { NetworkOptions } from './inception.ts';
import type { InceptionChannels } from './inception-module.ts';

interface Common {
  /** Where they differ from the family's. */
  readonly defaults?: Partial<NetworkOptions>;
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
  /** Of convolutions and linear layers. */
  readonly start: { readonly init: Initializer; readonly biasInit?: Initializer };
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

const WHOLE = { width: 1, depth: 1 } as const;

/** arXiv:1409.4842, table 1. */
const GOOGLENET = {
  ...WHOLE,
  network: 'v1',
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
  start: { init: truncatedNormal({ std: 0.01 }) },
  third: 3,
  lastPool: 2,
} as const;
/** Weights start as in the Caffe model. */
const PAPER = {
  ...GOOGLENET,
  batchNorm: false,
  start: { init: xavierUniform({ fan: 'fanIn' }), biasInit: constantInit(0.2) },
  third: 5,
  lastPool: 3,
} as const;

export const VARIANTS = {
  googlenet: TORCHVISION,
  googlenet_aux: { ...TORCHVISION, defaults: { auxHeads: true } },
  googlenet_paper: { ...PAPER, defaults: { dropout: 0.4 } },
  googlenet_paper_aux: { ...PAPER, defaults: { dropout: 0.4, auxHeads: true } },
  inception_v3: {
    ...WHOLE,
    network: 'v3',
    defaults: { imageSize: 299, dropout: 0.5, auxHeads: true, auxDropout: 0 },
  },
  inception_v4: { ...WHOLE, network: 'v4', defaults: { imageSize: 299, auxDropout: 0 } },
  tiny: {
    ...TORCHVISION,
    // Too small for torchvision's.
    start: { init: kaimingNormal() },
    defaults: { imageSize: 32, classes: 10, auxHeads: true, dropout: 0, auxDropout: 0, stem: 'small' },
    stemChannels: [4, 4, 8],
    auxChannels: [2, 8],
    stages: [[[3, 3, 4, 2, 3, 2]], [[4, 3, 4, 2, 4, 2]], [[4, 3, 6, 2, 4, 2]]],
  },
} as const satisfies Readonly<Record<string, InceptionVariant>>;
