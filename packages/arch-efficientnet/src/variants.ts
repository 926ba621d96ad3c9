// The variant table of the family, as data: B0, and the coefficients that make the others of it.

export interface EfficientNetVariant {
  /** Factor of channels. */
  readonly width: number;
  /** Factor of the numbers of blocks. */
  readonly depth: number;
  readonly imageSize: number;
  /** Before the classifier. */
  readonly dropout: number;
  readonly rows: readonly EfficientNetRow[];
  /** Channels of the stem before the factor. */
  readonly stem: number;
  /** Default 1000. */
  readonly classes?: number;
}

/** Blocks of equal width. */
export interface EfficientNetRow {
  /** Channels inside a block over those of its input. */
  readonly expand: number;
  readonly kernel: number;
  /** Of the first block. */
  readonly stride: number;
  /** Output channels before the factor. */
  readonly out: number;
  /** Blocks before the factor. */
  readonly depth: number;
}

/** Table 1 of the paper. */
const B0: readonly EfficientNetRow[] = [
  { expand: 1, kernel: 3, stride: 1, out: 16, depth: 1 },
  { expand: 6, kernel: 3, stride: 2, out: 24, depth: 2 },
  { expand: 6, kernel: 5, stride: 2, out: 40, depth: 2 },
  { expand: 6, kernel: 3, stride: 2, out: 80, depth: 3 },
  { expand: 6, kernel: 5, stride: 1, out: 112, depth: 3 },
  { expand: 6, kernel: 5, stride: 2, out: 192, depth: 4 },
  { expand: 6, kernel: 3, stride: 1, out: 320, depth: 1 },
];

function scaled(width: number, depth: number, imageSize: number, dropout: number): EfficientNetVariant {
  return { width, depth, imageSize, dropout, rows: B0, stem: 32 };
}

/** Coefficients of the authors' implementation; the paper gives the rule, 1.2^phi, 1.1^phi and 1.15^phi, that these round. */
export const VARIANTS = {
  efficientnet_b0: scaled(1, 1, 224, 0.2),
  efficientnet_b1: scaled(1, 1.1, 240, 0.2),
  efficientnet_b2: scaled(1.1, 1.2, 260, 0.3),
  efficientnet_b3: scaled(1.2, 1.4, 300, 0.3),
  efficientnet_b4: scaled(1.4, 1.8, 380, 0.4),
  efficientnet_b5: scaled(1.6, 2.2, 456, 0.4),
  efficientnet_b6: scaled(1.8, 2.6, 528, 0.5),
  efficientnet_b7: scaled(2, 3.1, 600, 0.5),
  tiny: {
    width: 1,
    depth: 1,
    imageSize: 32,
    dropout: 0,
    rows: [
      { expand: 1, kernel: 3, stride: 1, out: 8, depth: 1 },
      { expand: 2, kernel: 5, stride: 2, out: 8, depth: 2 },
    ],
    stem: 8,
    classes: 10,
  },
} as const satisfies Readonly<Record<string, EfficientNetVariant>>;
