// Squeeze-and-excitation networks. arXiv:1709.01507

import {
  channelsOf,
  defineArchitecture,
  makeDivisible,
  residualNetwork,
  scaleDepths,
  squeezeExcitation,
  type ImageStemKind,
  type ResidualNetworkOptions,
} from '@netwright/arch';
import { GRAMMAR, parse, VARIANTS, type SENetVariant } from './variants.ts';

/** Reduction of the gates, with what can be chosen of the network that they stand in. */
export interface SENetOptions extends Readonly<Record<string, unknown>> {
  /** What the channels of a block are divided by to get those between the two layers of its module. Default 16. */
  readonly reduction: number;
  /** `imagenet`, `deep` (three 3x3) or `cifar` (for images of about 32 pixels); default the variant's. */
  readonly stem: 'variant' | ImageStemKind;
  /** Which convolution of a bottleneck has the stride: the `3x3`, or the first `1x1` as in Caffe and timm's `legacy_seresnet50`. Default `3x3`. */
  readonly strideIn: '3x3' | '1x1';
  /** `A` pads with zeros, `B` projects, `none` makes a plain network. Default `B`. */
  readonly shortcut: 'A' | 'B' | 'none';
  /** Start the last norm of every residual branch at zero (arXiv:1706.02677). Default false. */
  readonly zeroInitResidual: boolean;
  /** Before the classifier. Default 0, of `senet154` 0.2. */
  readonly dropout: number;
  /** Probability that training leaves out the branch of the last block; that of block l of L is l / L of it (arXiv:1603.09382). Default 0. */
  readonly stochasticDepth: number;
  /** Scopes of stem and classifier: `stem.conv`, `stem.bn` and `head.fc`, or timm's `conv1`, `bn1` and `fc`. Default `scoped`. */
  readonly names: 'scoped' | 'timm';
}

/**
 * SE-ResNet (`seresnet18`, `34`, `50`, `101`, `152`), SE-ResNeXt (`seresnext50_32x4d`, `seresnextD_GxWd`), `senet154`, `cifar_seresnetN` with N = 6n + 2, and
 * `tiny`. The modules have 1x1 convolutions with biases.
 */
export const senet = defineArchitecture<SENetVariant, SENetOptions>({
  family: 'senet',
  paper: 'https://arxiv.org/abs/1709.01507',
  options: {
    reduction: 16,
    stem: 'variant',
    strideIn: '3x3',
    shortcut: 'B',
    zeroInitResidual: false,
    dropout: 0,
    stochasticDepth: 0,
    names: 'scoped',
  },
  choices: {
    stem: ['variant', 'imagenet', 'deep', 'cifar'],
    strideIn: ['3x3', '1x1'],
    shortcut: ['A', 'B', 'none'],
    names: ['scoped', 'timm'],
  },
  variants: VARIANTS,
  grammar: GRAMMAR,
  parse,
  defaults: ({ stem, dropout = 0 }) => ({ dropout, ...(stem === 'cifar' ? { imageSize: 32, classes: 10 } : {}) }),
  scale({ width, inner = width, reduced = inner, stemWidth = width, groups = 1, ...rest }, multipliers) {
    const scaled = (channels: number): number => makeDivisible(channels * multipliers.width);
    return {
      ...rest,
      groups,
      width: scaled(width),
      inner: groups * Math.max(1, Math.round((inner / groups) * multipliers.width)),
      reduced: scaled(reduced),
      stemWidth: scaled(stemWidth),
      depths: scaleDepths(rest.depths, multipliers.depth),
    };
  },
  build(image, variant, options) {
    const { reduction, strideIn, shortcut, zeroInitResidual, classes, dropout, stochasticDepth } = options;
    const stem = options.stem === 'variant' ? variant.stem : options.stem;
    return residualNetwork(image, {
      ...variant,
      stem,
      strideIn,
      shortcut,
      zeroInitResidual,
      classes,
      dropout,
      stochasticDepth,
      squeeze: (x) => squeezeExcitation(x, { squeezed: Math.max(1, Math.floor(channelsOf(x) / reduction)) }),
      ...(options.names === 'timm' ? {} : { names: scopedNames(stem) }),
    });
  },
});

function scopedNames(stem: ImageStemKind): ResidualNetworkOptions['names'] {
  const prefixes = stem === 'deep' ? ['stem.0', 'stem.1', 'stem.2'] : ['stem'];
  return {
    stem: prefixes.map((prefix) => ({ conv: `${prefix}.conv`, norm: `${prefix}.bn` })),
    classifier: 'head.fc',
  };
}
