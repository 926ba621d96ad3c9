// The variant table of the family, as data.

export interface MobileNetVariant {
  /** Factor of all channels but the last ones, which never have fewer. */
  readonly width: number;
  readonly rows: readonly MobileNetRow[];
  /** Channels of the stem before the factor. */
  readonly stem: number;
  /** Channels of the last convolution before the factor. */
  readonly head: number;
  /** Default 224. */
  readonly imageSize?: number;
  /** Default 1000. */
  readonly classes?: number;
}

/** Blocks of equal width. */
export interface MobileNetRow {
  /** Channels inside a block over those of its input. */
  readonly expand: number;
  /** Output channels before the factor. */
  readonly out: number;
  readonly depth: number;
  /** Of the first block. */
  readonly stride: number;
}

/** Table 2 of the paper. */
const ROWS: readonly MobileNetRow[] = [
  { expand: 1, out: 16, depth: 1, stride: 1 },
  { expand: 6, out: 24, depth: 2, stride: 2 },
  { expand: 6, out: 32, depth: 3, stride: 2 },
  { expand: 6, out: 64, depth: 4, stride: 2 },
  { expand: 6, out: 96, depth: 3, stride: 1 },
  { expand: 6, out: 160, depth: 3, stride: 2 },
  { expand: 6, out: 320, depth: 1, stride: 1 },
];

/** MobileNetV2 with all channels times `width`. */
export function mobileNetV2(width: number): MobileNetVariant {
  return { width, rows: ROWS, stem: 32, head: 1280 };
}

export const VARIANTS = {
  mobilenet_v2: mobileNetV2(1),
  'mobilenet_v2_0.35': mobileNetV2(0.35),
  'mobilenet_v2_0.5': mobileNetV2(0.5),
  'mobilenet_v2_0.75': mobileNetV2(0.75),
  'mobilenet_v2_1.4': mobileNetV2(1.4),
  tiny: {
    width: 1,
    rows: [
      { expand: 1, out: 8, depth: 1, stride: 1 },
      { expand: 2, out: 8, depth: 2, stride: 2 },
    ],
    stem: 8,
    head: 32,
    imageSize: 32,
    classes: 10,
  },
} as const satisfies Readonly<Record<string, MobileNetVariant>>;
