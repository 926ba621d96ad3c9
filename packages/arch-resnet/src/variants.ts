// The variant table of the family, as data.

export interface ResNetVariant {
  readonly block: 'basic' | 'bottleneck';
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Channels of the first stage; every stage doubles them. */
  readonly width: number;
  /** `imagenet`: 7x7 stride 2 and a 3x3 max pool; `cifar`: 3x3 stride 1. */
  readonly stem: 'imagenet' | 'cifar';
  /** Shortcut where shapes change: A pads with zeros, B projects (He et al. 2015, section 4.1); `none` for plain networks. */
  readonly shortcut: 'A' | 'B' | 'none';
}

function imageNet(block: ResNetVariant['block'], depths: readonly number[]): ResNetVariant {
  return { block, depths, width: 64, stem: 'imagenet', shortcut: 'B' };
}

/** CIFAR networks have 6n + 2 layers: n basic blocks in each of three stages of 16, 32 and 64 channels. */
export function cifar(depth: number, shortcut: ResNetVariant['shortcut'] = 'A'): ResNetVariant {
  const blocks = (depth - 2) / 6;
  return { block: 'basic', depths: [blocks, blocks, blocks], width: 16, stem: 'cifar', shortcut };
}

export const VARIANTS = {
  resnet18: imageNet('basic', [2, 2, 2, 2]),
  resnet34: imageNet('basic', [3, 4, 6, 3]),
  resnet50: imageNet('bottleneck', [3, 4, 6, 3]),
  resnet101: imageNet('bottleneck', [3, 4, 23, 3]),
  resnet152: imageNet('bottleneck', [3, 8, 36, 3]),
  cifar_resnet8: cifar(8),
  cifar_resnet14: cifar(14),
  cifar_resnet20: cifar(20),
  cifar_resnet32: cifar(32),
  cifar_resnet44: cifar(44),
  cifar_resnet56: cifar(56),
  cifar_resnet110: cifar(110),
  tiny: { block: 'basic', depths: [1, 1], width: 8, stem: 'cifar', shortcut: 'B' },
} as const satisfies Readonly<Record<string, ResNetVariant>>;
