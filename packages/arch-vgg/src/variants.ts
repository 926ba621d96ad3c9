// The variant table of the family, as data: table 1 of the paper, and how its rows scale.

import { makeDivisible, scaleDepths } from '@netwright/arch';

/** Channels of a 3x3 convolution; `[1, channels]` of a 1x1 one; `P` for the 2x2 pooling that ends a stage; `N` for a local response norm. */
export type VggLayer = number | readonly [kernel: 1, channels: number] | 'P' | 'N';

/** A network of the family as a row of the table. */
export interface VggVariant {
  readonly layers: readonly VggLayer[];
  readonly batchNorm: boolean;
  /** Width of the two hidden layers of the dense head. */
  readonly hidden: number;
  /** Default of the option `head`. */
  readonly head: 'dense' | 'pooled';
}

const A: readonly VggLayer[] = [64, 'P', 128, 'P', 256, 256, 'P', 512, 512, 'P', 512, 512, 'P'];
const A_LRN: readonly VggLayer[] = [64, 'N', ...A.slice(1)];
const B: readonly VggLayer[] = [64, 64, 'P', 128, 128, 'P', 256, 256, 'P', 512, 512, 'P', 512, 512, 'P'];
const C: readonly VggLayer[] = stages([256, 256, [1, 256]], [512, 512, [1, 512]]);
const D: readonly VggLayer[] = stages([256, 256, 256], [512, 512, 512]);
const E: readonly VggLayer[] = stages([256, 256, 256, 256], [512, 512, 512, 512]);

function stages(third: readonly VggLayer[], last: readonly VggLayer[]): readonly VggLayer[] {
  return [64, 64, 'P', 128, 128, 'P', ...third, 'P', ...last, 'P', ...last, 'P'];
}

function imageNet(layers: readonly VggLayer[], batchNorm = false): VggVariant {
  return { layers, batchNorm, hidden: 4096, head: 'dense' };
}

/**
 * `layers` with all channels and the number of convolutions multiplied: a stage that grows repeats its last convolution, one that shrinks loses its
 * last ones.
 */
export function scaleLayers(
  layers: readonly VggLayer[],
  { width, depth }: { readonly width: number; readonly depth: number },
): readonly VggLayer[] {
  const parts = splitStages(layers);
  const depths = scaleDepths(
    parts.map(({ convolutions }) => convolutions.length),
    depth,
  );
  return parts.flatMap(({ convolutions, norm }, stage): readonly VggLayer[] => {
    const [first, ...rest] = Array.from({ length: depths[stage] }, (_, index) =>
      widened(convolutions[Math.min(index, convolutions.length - 1)], width),
    );
    return [first, ...(norm ? (['N'] as const) : []), ...rest, 'P'];
  });
}

type Convolution = Exclude<VggLayer, string>;

function widened(convolution: Convolution, width: number): Convolution {
  return typeof convolution === 'number'
    ? makeDivisible(convolution * width)
    : [1, makeDivisible(convolution[1] * width)];
}

/** The stages that `P` ends, and whether the first convolution of each has a norm. */
function splitStages(
  layers: readonly VggLayer[],
): readonly { readonly convolutions: readonly Convolution[]; readonly norm: boolean }[] {
  const ends = layers.flatMap((layer, index) => (layer === 'P' ? [index] : []));
  return ends.map((end, stage) => {
    const own = layers.slice(stage === 0 ? 0 : ends[stage - 1] + 1, end);
    return { convolutions: own.filter((layer) => typeof layer !== 'string'), norm: own.includes('N') };
  });
}

export const VARIANTS = {
  vgg11: imageNet(A),
  vgg13: imageNet(B),
  vgg16: imageNet(D),
  vgg19: imageNet(E),
  vgg11_bn: imageNet(A, true),
  vgg13_bn: imageNet(B, true),
  vgg16_bn: imageNet(D, true),
  vgg19_bn: imageNet(E, true),
  vgg11_lrn: imageNet(A_LRN),
  vgg16_1x1: imageNet(C),
  tiny: { layers: [8, 'P', 12, 12, 'P'], batchNorm: false, hidden: 16, head: 'pooled' },
} as const satisfies Readonly<Record<string, VggVariant>>;
