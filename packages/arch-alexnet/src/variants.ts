// The variant table of the family, as data.

import type { PlainConv, PlainPool, PlainStep } from '@netwright/arch';
import { onesInit, type LocalResponseNormOptions } from '@netwright/ir';

/** A convolution, with the groups of the network where the paper has them. */
export interface AlexNetConv extends Omit<PlainConv, 'groups'> {
  /** One of those that the paper splits over two GPUs: it has the groups of the option. */
  readonly grouped?: boolean;
}

/** A step of the network: a convolution, a pooling, a linear layer, or one without settings such as `relu`. */
export type AlexNetStep = AlexNetConv | Exclude<PlainStep, PlainConv>;

/** A network of the family as a row of the table. */
export interface AlexNetVariant {
  /** Convolutions and poolings. */
  readonly features: readonly AlexNetStep[];
  /** Side of the adaptive average pooling between the parts; 0 for none. */
  readonly pooledTo: number;
  readonly classifier: readonly AlexNetStep[];
  /** Names: `parts` for `features.N` and `classifier.N`, `sequence` for one count over both. */
  readonly names: 'parts' | 'sequence';
  /** Of the grouped convolutions. */
  readonly groups: number;
  readonly dropout: number;
  /** Default of the option `initialization`. */
  readonly initialization: 'paper' | 'torch' | 'kaiming';
  readonly imageSize: number;
  readonly classes: number;
}

/** Windows of 3 with a stride of 2. */
const overlapping: PlainPool = { pool: 3, stride: 2 };
/** The paper divides by (2 + 1e-4 * sum)^0.75 over five channels; here alpha is divided by their number, as in PyTorch. */
const norm = { norm: { size: 5, alpha: 5e-4, beta: 0.75, k: 2 } as LocalResponseNormOptions };

/** Biases that the paper starts at 1, so that their units are active at first. */
const active = { biasInit: onesInit };

const PAPER_FEATURES: readonly AlexNetStep[] = [
  { conv: 96, kernel: 11, stride: 4 },
  'relu',
  norm,
  overlapping,
  { conv: 256, kernel: 5, padding: 2, grouped: true, ...active },
  'relu',
  norm,
  overlapping,
  { conv: 384, kernel: 3, padding: 1 },
  'relu',
  { conv: 384, kernel: 3, padding: 1, grouped: true, ...active },
  'relu',
  { conv: 256, kernel: 3, padding: 1, grouped: true, ...active },
  'relu',
  overlapping,
];

const PAPER_CLASSIFIER: readonly AlexNetStep[] = [
  'flatten',
  { linear: 4096, ...active },
  'relu',
  'dropout',
  { linear: 4096, ...active },
  'relu',
  'dropout',
  { linear: 'classes' },
];

const TORCHVISION_FEATURES: readonly AlexNetStep[] = [
  { conv: 64, kernel: 11, stride: 4, padding: 2 },
  'relu',
  overlapping,
  { conv: 192, kernel: 5, padding: 2, grouped: true },
  'relu',
  overlapping,
  { conv: 384, kernel: 3, padding: 1 },
  'relu',
  { conv: 256, kernel: 3, padding: 1, grouped: true },
  'relu',
  { conv: 256, kernel: 3, padding: 1, grouped: true },
  'relu',
  overlapping,
];

const TORCHVISION_CLASSIFIER: readonly AlexNetStep[] = [
  'dropout',
  { linear: 4096 },
  'relu',
  'dropout',
  { linear: 4096 },
  'relu',
  { linear: 'classes' },
];

/** Three convolutions for images of 32 pixels. */
function small(
  widths: readonly [number, number, number],
  hidden: number,
  size: LocalResponseNormOptions,
): Pick<AlexNetVariant, 'features' | 'classifier'> {
  return {
    features: [
      { conv: widths[0], kernel: 5, stride: 2, padding: 2 },
      'relu',
      { norm: size },
      overlapping,
      { conv: widths[1], kernel: 3, padding: 1, grouped: true },
      'relu',
      { norm: size },
      overlapping,
      { conv: widths[2], kernel: 3, padding: 1 },
      'relu',
    ],
    classifier: ['flatten', 'dropout', { linear: hidden }, 'relu', 'dropout', { linear: 'classes' }],
  };
}

const MINI = { pooledTo: 0, names: 'parts', groups: 2, dropout: 0, imageSize: 32, classes: 10 } as const;

export const VARIANTS = {
  alexnet: {
    features: TORCHVISION_FEATURES,
    pooledTo: 6,
    classifier: TORCHVISION_CLASSIFIER,
    names: 'parts',
    groups: 1,
    dropout: 0.5,
    initialization: 'torch',
    imageSize: 224,
    classes: 1000,
  },
  alexnet_paper: {
    features: PAPER_FEATURES,
    pooledTo: 0,
    classifier: PAPER_CLASSIFIER,
    names: 'sequence',
    groups: 2,
    dropout: 0.5,
    initialization: 'paper',
    imageSize: 227,
    classes: 1000,
  },
  alexnet_mini: {
    ...MINI,
    ...small([8, 16, 12], 24, { size: 5, alpha: 0.1, beta: 0.75, k: 2 }),
    initialization: 'torch',
  },
  tiny: { ...MINI, ...small([6, 8, 8], 16, norm.norm), initialization: 'kaiming' },
} as const satisfies Readonly<Record<string, AlexNetVariant>>;
