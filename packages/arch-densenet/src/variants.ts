// The variant table of the family, as data.

export interface DenseNetVariant {
  /** Layers of each dense block. */
  readonly blocks: readonly number[];
  /** Channels that every layer adds, k. */
  readonly growth: number;
  /** Channels of the stem. */
  readonly stemChannels: number;
  /** Width of the 1x1 before each 3x3, in units of the growth; 0 for none. */
  readonly bottleneck: number;
  /** What a transition leaves of the channels, theta. */
  readonly compression: number;
  /** `imagenet`: 7x7 stride 2, norm and a 3x3 max pool; `cifar`: one 3x3. */
  readonly stem: 'imagenet' | 'cifar';
}

function imageNet(blocks: readonly number[], growth = 32, stemChannels = 64): DenseNetVariant {
  return { blocks, growth, stemChannels, bottleneck: 4, compression: 0.5, stem: 'imagenet' };
}

/**
 * Three blocks on 32x32 images (section 4.2): with bottlenecks and compression (`bc`) twice the growth as the stem and (L - 4) / 6 layers a block, without 16
 * channels and (L - 4) / 3 layers. Undefined for a depth that does not divide.
 */
export function cifar(depth: number, growth: number, bc: boolean): DenseNetVariant | undefined {
  const layers = (depth - 4) / (bc ? 6 : 3);
  if (!Number.isSafeInteger(layers) || layers < 1 || growth < 1) return undefined;
  return {
    blocks: [layers, layers, layers],
    growth,
    stemChannels: bc ? 2 * growth : 16,
    bottleneck: bc ? 4 : 0,
    compression: bc ? 0.5 : 1,
    stem: 'cifar',
  };
}

/** Table 1 of the paper. */
export const VARIANTS = {
  densenet121: imageNet([6, 12, 24, 16]),
  densenet161: imageNet([6, 12, 36, 24], 48, 96),
  densenet169: imageNet([6, 12, 32, 32]),
  densenet201: imageNet([6, 12, 48, 32]),
  densenet264: imageNet([6, 12, 64, 48]),
  tiny: { blocks: [2, 2], growth: 4, stemChannels: 8, bottleneck: 2, compression: 0.5, stem: 'cifar' },
} as const satisfies Readonly<Record<string, DenseNetVariant>>;
