// The variant table of the family, as data.

export interface WideResNetVariant {
  /** `basic` blocks begin with norm and activation (CIFAR), `bottleneck` blocks are ResNet's (ImageNet). */
  readonly block: 'basic' | 'bottleneck';
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Channels of the first stage, of bottlenecks a quarter of them; every stage doubles them. */
  readonly width: number;
  /** Channels of the 3x3 convolutions of bottlenecks in the first stage. Default `width`. */
  readonly inner?: number;
  readonly stem: 'imagenet' | 'cifar';
  readonly stemWidth: number;
}

const DEPTHS: Readonly<Record<string, readonly number[]>> = {
  '50': [3, 4, 6, 3],
  '101': [3, 4, 23, 3],
  '152': [3, 8, 36, 3],
};

function imageNet(depth: string, factor: number): WideResNetVariant {
  return {
    block: 'bottleneck',
    depths: DEPTHS[depth],
    width: 64,
    inner: 64 * factor,
    stem: 'imagenet',
    stemWidth: 64,
  };
}

/** Three stages of n blocks with 16, 32 and 64 times `factor` channels: 6n + 4 layers, the projections counted. */
function cifar(depth: number, factor: number): WideResNetVariant {
  const blocks = (depth - 4) / 6;
  return { block: 'basic', depths: [blocks, blocks, blocks], width: 16 * factor, stem: 'cifar', stemWidth: 16 };
}

export const VARIANTS = {
  wrn_16_4: cifar(16, 4),
  wrn_16_8: cifar(16, 8),
  wrn_22_8: cifar(22, 8),
  wrn_28_10: cifar(28, 10),
  wrn_40_4: cifar(40, 4),
  wide_resnet50_2: imageNet('50', 2),
  wide_resnet101_2: imageNet('101', 2),
  tiny: { block: 'basic', depths: [1, 1], width: 8, stem: 'cifar', stemWidth: 4 },
} as const satisfies Readonly<Record<string, WideResNetVariant>>;

/** The forms of the names. */
export const GRAMMAR = 'wrn_D_K with D = 6n + 4, or wide_resnetD_K with D = 50, 101 or 152: D layers, K times as wide';

/** Networks of other depths and widths, by name. */
export function parse(name: string): WideResNetVariant | undefined {
  const [, kind, depth, factor] = /^(wrn_|wide_resnet)(\d+)_([1-9]\d*)$/.exec(name) ?? [];
  if (kind === 'wide_resnet') return Object.hasOwn(DEPTHS, depth) ? imageNet(depth, Number(factor)) : undefined;
  const layers = Number(depth);
  return layers >= 10 && layers % 6 === 4 ? cifar(layers, Number(factor)) : undefined;
}
