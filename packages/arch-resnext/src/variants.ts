// The variant table of the family, as data.

export interface ResNeXtVariant {
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Groups of the 3x3 convolutions, the cardinality. */
  readonly groups: number;
  /** Channels of one group in the first stage; every stage doubles them. */
  readonly groupWidth: number;
  /** A quarter of the output channels of the first stage, and the channels of the stem. */
  readonly width: number;
  readonly stem: 'imagenet' | 'cifar';
}

const DEPTHS: Readonly<Record<string, readonly number[]>> = {
  '26': [2, 2, 2, 2],
  '50': [3, 4, 6, 3],
  '101': [3, 4, 23, 3],
  '152': [3, 8, 36, 3],
};

function imageNet(depth: string, groups: number, groupWidth: number): ResNeXtVariant {
  return { depths: DEPTHS[depth], groups, groupWidth, width: 64, stem: 'imagenet' };
}

function cifar(depth: number, groups: number, groupWidth: number): ResNeXtVariant {
  const blocks = (depth - 2) / 9;
  return { depths: [blocks, blocks, blocks], groups, groupWidth, width: 64, stem: 'cifar' };
}

export const VARIANTS = {
  resnext50_32x4d: imageNet('50', 32, 4),
  resnext101_32x4d: imageNet('101', 32, 4),
  resnext101_32x8d: imageNet('101', 32, 8),
  resnext101_64x4d: imageNet('101', 64, 4),
  resnext152_32x4d: imageNet('152', 32, 4),
  cifar_resnext29_8x64d: cifar(29, 8, 64),
  cifar_resnext29_16x64d: cifar(29, 16, 64),
  cifar_resnext29_32x4d: cifar(29, 32, 4),
  tiny: { depths: [1, 1], groups: 4, groupWidth: 2, width: 4, stem: 'cifar' },
} as const satisfies Readonly<Record<string, ResNeXtVariant>>;

/** The forms of the names. */
export const GRAMMAR =
  'resnextD_GxWd with D = 26, 50, 101 or 152, or cifar_resnextD_GxWd with D = 9n + 2: G groups of W channels in the first stage';

/** Networks of other depths, numbers of groups and widths, by name. */
export function parse(name: string): ResNeXtVariant | undefined {
  const [, prefix, depth, ...sizes] = /^(cifar_)?resnext(\d+)_([1-9]\d*)x([1-9]\d*)d$/.exec(name) ?? [];
  const [groups, groupWidth] = sizes.map(Number);
  if (prefix === undefined) return Object.hasOwn(DEPTHS, depth) ? imageNet(depth, groups, groupWidth) : undefined;
  const layers = Number(depth);
  return layers >= 11 && layers % 9 === 2 ? cifar(layers, groups, groupWidth) : undefined;
}
