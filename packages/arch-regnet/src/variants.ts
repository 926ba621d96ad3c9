// The variant table of the family, as data: the networks of the paper's tables 12 and 13, and torchvision's largest.

import type { RegNetParameters } from './generator.ts';
import type { AnyNetStage, WidthCompatibility } from './stages.ts';

/** A network as the six numbers that generate it, or stage by stage. */
export interface RegNetVariant {
  /** Parameters of the generator with the group width, or stages (an AnyNet). */
  readonly stages:
    (RegNetParameters & { readonly groupWidth: number; readonly bottleneck?: number }) | readonly AnyNetStage[];
  /** Channels of squeeze-excitation over those of the block's input: 1/4 makes a RegNetY. Default none. */
  readonly squeezeRatio?: number;
  /** Channels of the stem. Default 32. */
  readonly stemWidth?: number;
  /** Default `pycls`. */
  readonly compat?: WidthCompatibility;
  /** Default 224. */
  readonly imageSize?: number;
  /** Default 1000. */
  readonly classes?: number;
}

type Row = readonly [depth: number, initialWidth: number, slope: number, multiplier: number, groupWidth: number];

const X: Readonly<Record<string, Row>> = {
  '200mf': [13, 24, 36.44, 2.49, 8],
  '400mf': [22, 24, 24.48, 2.54, 16],
  '600mf': [16, 48, 36.97, 2.24, 24],
  '800mf': [16, 56, 35.73, 2.28, 16],
  '1_6gf': [18, 80, 34.01, 2.25, 24],
  '3_2gf': [25, 88, 26.31, 2.25, 48],
  '4gf': [23, 96, 38.65, 2.43, 40],
  '6_4gf': [17, 184, 60.83, 2.07, 56],
  '8gf': [23, 80, 49.56, 2.88, 120],
  '12gf': [19, 168, 73.36, 2.37, 112],
  '16gf': [22, 216, 55.59, 2.1, 128],
  '32gf': [23, 320, 69.86, 2, 168],
};

const Y: Readonly<Record<string, Row>> = {
  '200mf': [13, 24, 36.44, 2.49, 8],
  '400mf': [16, 48, 27.89, 2.09, 8],
  '600mf': [15, 48, 32.54, 2.32, 16],
  '800mf': [14, 56, 38.84, 2.4, 16],
  '1_6gf': [27, 48, 20.71, 2.65, 24],
  '3_2gf': [21, 80, 42.63, 2.66, 24],
  '4gf': [22, 96, 31.41, 2.24, 64],
  '6_4gf': [25, 112, 33.22, 2.27, 72],
  '8gf': [17, 192, 76.82, 2.19, 56],
  '12gf': [19, 168, 73.36, 2.37, 112],
  '16gf': [18, 200, 106.23, 2.48, 112],
  '32gf': [20, 232, 115.89, 2.53, 232],
  '128gf': [27, 456, 160.83, 2.52, 264],
};

/** Sizes of the paper that torchvision leaves out. */
const PAPER_ONLY: readonly string[] = ['200mf', '600mf', '4gf', '6_4gf', '12gf'];

function named(kind: string, rows: Readonly<Record<string, Row>>, squeezeRatio: number): [string, RegNetVariant][] {
  return Object.entries(rows).map(([size, [depth, initialWidth, slope, multiplier, groupWidth]]) => [
    `regnet_${kind}_${size}`,
    {
      stages: { depth, initialWidth, slope, multiplier, groupWidth },
      squeezeRatio,
      compat: PAPER_ONLY.includes(size) ? 'pycls' : 'torchvision',
    },
  ]);
}

export const VARIANTS: Readonly<Record<string, RegNetVariant>> = {
  ...Object.fromEntries([...named('x', X, 0), ...named('y', Y, 0.25)]),
  tiny: {
    stages: [
      { depth: 1, width: 8, groupWidth: 4 },
      { depth: 2, width: 16, groupWidth: 8 },
    ],
    squeezeRatio: 0.5,
    stemWidth: 8,
    imageSize: 32,
    classes: 10,
  },
};

/** `NAME_paper`: the widths of the paper. */
export function paperVariant(name: string): RegNetVariant | undefined {
  const plain = /^(regnet_[xy]_.+)_paper$/.exec(name)?.[1] ?? '';
  return Object.hasOwn(VARIANTS, plain) ? { ...VARIANTS[plain], compat: 'pycls' } : undefined;
}
