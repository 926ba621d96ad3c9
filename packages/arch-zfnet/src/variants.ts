// The variant table of the family, as data: figure 3 of the paper.

import type { PlainPool, PlainStep } from '@netwright/arch';
import type { LocalResponseNormOptions } from '@netwright/ir';

/** A network of the family as a row of the table. */
export interface ZfNetVariant {
  readonly steps: readonly PlainStep[];
  readonly dropout: number;
  /** Default of the option `initialization`. */
  readonly initialization: 'paper' | 'kaiming';
  readonly imageSize: number;
  readonly classes: number;
}

const padded: PlainPool = { pool: 3, stride: 2, padding: 1 };
/** AlexNet's contrast normalization across maps; alpha is divided by the number of channels, as in PyTorch. */
const norm = { norm: { size: 5, alpha: 5e-4, beta: 0.75, k: 2 } as LocalResponseNormOptions };

export const VARIANTS = {
  zfnet: {
    steps: [
      { conv: 96, kernel: 7, stride: 2, padding: 1 },
      'relu',
      padded,
      norm,
      { conv: 256, kernel: 5, stride: 2 },
      'relu',
      padded,
      norm,
      { conv: 384, kernel: 3, padding: 1 },
      'relu',
      { conv: 384, kernel: 3, padding: 1 },
      'relu',
      { conv: 256, kernel: 3, padding: 1 },
      'relu',
      { pool: 3, stride: 2 },
      'flatten',
      { linear: 4096 },
      'relu',
      'dropout',
      { linear: 4096 },
      'relu',
      'dropout',
      { linear: 'classes' },
    ],
    dropout: 0.5,
    initialization: 'paper',
    imageSize: 224,
    classes: 1000,
  },
  tiny: {
    steps: [
      { conv: 6, kernel: 7, stride: 2, padding: 3 },
      'relu',
      padded,
      norm,
      { conv: 8, kernel: 3, padding: 1 },
      'relu',
      padded,
      'flatten',
      { linear: 16 },
      'relu',
      'dropout',
      { linear: 'classes' },
    ],
    dropout: 0,
    initialization: 'kaiming',
    imageSize: 32,
    classes: 10,
  },
} as const satisfies Readonly<Record<string, ZfNetVariant>>;
