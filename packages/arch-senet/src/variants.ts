// The variant table of the family, as data.

import type { ResidualNetworkOptions } from '@netwright/arch';

/** A network of the family as a row of the table; its `dropout` is the default of the option. */
export type SENetVariant = Pick<
  ResidualNetworkOptions,
  'block' | 'depths' | 'width' | 'inner' | 'reduced' | 'groups' | 'stem' | 'stemWidth' | 'projectionKernel' | 'dropout'
>;

const DEPTHS: Readonly<Record<string, readonly number[]>> = {
  '18': [2, 2, 2, 2],
  '26': [2, 2, 2, 2],
  '34': [3, 4, 6, 3],
  '50': [3, 4, 6, 3],
  '101': [3, 4, 23, 3],
  '152': [3, 8, 36, 3],
};

function imageNet(depth: string, block: SENetVariant['block'] = 'bottleneck'): SENetVariant {
  return { block, depths: DEPTHS[depth], width: 64, stem: 'imagenet' };
}

function aggregated(depth: string, groups: number, groupWidth: number): SENetVariant {
  return { ...imageNet(depth), groups, inner: groups * groupWidth };
}

function cifar(depth: number): SENetVariant {
  const blocks = (depth - 2) / 6;
  return { block: 'basic', depths: [blocks, blocks, blocks], width: 16, stem: 'cifar' };
}

export const VARIANTS = {
  seresnet18: imageNet('18', 'basic'),
  seresnet34: imageNet('34', 'basic'),
  seresnet50: imageNet('50'),
  seresnet101: imageNet('101'),
  seresnet152: imageNet('152'),
  seresnext50_32x4d: aggregated('50', 32, 4),
  seresnext101_32x4d: aggregated('101', 32, 4),
  seresnext101_32x8d: aggregated('101', 32, 8),
  seresnext101_64x4d: aggregated('101', 64, 4),
  senet154: {
    ...aggregated('152', 64, 4),
    reduced: 128,
    stem: 'deep',
    stemWidth: 128,
    projectionKernel: 3,
    dropout: 0.2,
  },
  tiny: { block: 'bottleneck', depths: [1, 1], width: 4, inner: 8, groups: 2, stem: 'cifar' },
} as const satisfies Readonly<Record<string, SENetVariant>>;

/** The forms of the names. */
export const GRAMMAR =
  'seresnextD_GxWd with D = 26, 50, 101 or 152 (G groups of W channels in the first stage), or cifar_seresnetN with N = 6n + 2';

/** Networks of other depths, numbers of groups and widths, by name. */
export function parse(name: string): SENetVariant | undefined {
  const layers = Number(/^cifar_seresnet(\d+)$/.exec(name)?.[1]);
  if (layers >= 8 && layers % 6 === 2) return cifar(layers);
  const [, depth, ...sizes] = /^seresnext(26|50|101|152)_([1-9]\d*)x([1-9]\d*)d$/.exec(name) ?? [];
  if (sizes.length === 0) return undefined;
  const [groups, groupWidth] = sizes.map(Number);
  return aggregated(depth, groups, groupWidth);
}
