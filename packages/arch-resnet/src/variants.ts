// The variant table of the family, as data.

import type { ImageStemKind, ShortcutKind } from '@netwright/arch';

export interface ResNetVariant {
  readonly block: 'basic' | 'bottleneck';
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Channels of the first stage; every stage doubles them. */
  readonly width: number;
  readonly stem: ImageStemKind;
  /** Shortcut where shapes change: A pads with zeros, B projects (He et al. 2015, section 4.1); `none` for plain networks. */
  readonly shortcut: ShortcutKind;
  /** Norms and activations before the convolutions. */
  readonly preactivation: boolean;
}

type Settings = Partial<Pick<ResNetVariant, 'shortcut' | 'preactivation'>>;

function imageNet(block: ResNetVariant['block'], depths: readonly number[], settings: Settings = {}): ResNetVariant {
  return { block, depths, width: 64, stem: 'imagenet', shortcut: 'B', preactivation: false, ...settings };
}

/** CIFAR networks have three stages of n blocks with 16, 32 and 64 channels: 6n + 2 layers with basic blocks, 9n + 2 with bottlenecks. */
export function cifar(depth: number, block: ResNetVariant['block'] = 'basic', settings: Settings = {}): ResNetVariant {
  const blocks = (depth - 2) / (block === 'basic' ? 6 : 9);
  const shortcut = block === 'basic' ? 'A' : 'B';
  const depths = [blocks, blocks, blocks];
  return { block, depths, width: 16, stem: 'cifar', shortcut, preactivation: false, ...settings };
}

const PREACTIVATION = { preactivation: true, shortcut: 'B' } as const;
const PLAIN = { shortcut: 'none' } as const;

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
  tiny: {
    block: 'basic',
    depths: [1, 1],
    width: 8,
    stem: 'cifar',
    shortcut: 'B',
    preactivation: false,
  },
  plain18: imageNet('basic', [2, 2, 2, 2], PLAIN),
  plain34: imageNet('basic', [3, 4, 6, 3], PLAIN),
  cifar_plain20: cifar(20, 'basic', PLAIN),
  cifar_plain56: cifar(56, 'basic', PLAIN),
  cifar_plain110: cifar(110, 'basic', PLAIN),
  preact_resnet18: imageNet('basic', [2, 2, 2, 2], PREACTIVATION),
  preact_resnet34: imageNet('basic', [3, 4, 6, 3], PREACTIVATION),
  preact_resnet50: imageNet('bottleneck', [3, 4, 6, 3], PREACTIVATION),
  preact_resnet101: imageNet('bottleneck', [3, 4, 23, 3], PREACTIVATION),
  preact_resnet152: imageNet('bottleneck', [3, 8, 36, 3], PREACTIVATION),
  preact_resnet200: imageNet('bottleneck', [3, 24, 36, 3], PREACTIVATION),
  cifar_preact_resnet20: cifar(20, 'basic', PREACTIVATION),
  cifar_preact_resnet110: cifar(110, 'basic', PREACTIVATION),
  cifar_preact_resnet164: cifar(164, 'bottleneck', PREACTIVATION),
  tiny_preact: {
    block: 'basic',
    depths: [1, 1],
    width: 8,
    stem: 'cifar',
    shortcut: 'B',
    preactivation: true,
  },
} as const satisfies Readonly<Record<string, ResNetVariant>>;

/** The numbers of layers that the names may have. */
export const GRAMMAR =
  'cifar_resnetN with N = 6n + 2, cifar_plainN and cifar_preact_resnetN with the same N, or cifar_resnetN_bottleneck and cifar_preact_resnetN_bottleneck with N = 9n + 2';

/**
 * The CIFAR networks of other depths, by name. Where N is of both forms, 6n + 2 and basic blocks go first; with pre-activation, a depth that is only of
 * the form 9n + 2, such as the paper's 1001, needs no suffix.
 */
export function parse(name: string): ResNetVariant | undefined {
  const [, kind, digits, suffix] = /^cifar_(resnet|plain|preact_resnet)(\d+)(_bottleneck)?$/.exec(name) ?? [];
  const depth = Number(digits);
  const basic = depth >= 8 && depth % 6 === 2 && suffix === undefined;
  const bottleneck = depth >= 11 && depth % 9 === 2 && (suffix !== undefined || kind === 'preact_resnet');
  if (basic) return cifar(depth, 'basic', { resnet: {}, plain: PLAIN, preact_resnet: PREACTIVATION }[kind]);
  if (!bottleneck || kind === 'plain') return undefined;
  return cifar(depth, 'bottleneck', kind === 'resnet' ? {} : PREACTIVATION);
}
