// Aggregated residual transformations for deep neural networks. arXiv:1611.05431

import { defineArchitecture, makeDivisible, residualNetwork, scaleDepths } from '@netwright/arch';
import { GRAMMAR, parse, VARIANTS, type ResNeXtVariant } from './variants.ts';

/** Stem, strides and regularization; cardinality and width are in the variant's name. */
export interface ResNeXtOptions extends Readonly<Record<string, unknown>> {
  /** `imagenet` or `cifar` (for images of about 32 pixels); default the variant's. */
  readonly stem: 'variant' | 'imagenet' | 'cifar';
  /** Which convolution of a block has the stride: `3x3` as torchvision, or the first `1x1`. Default `3x3`. */
  readonly strideIn: '3x3' | '1x1';
  /** Start the last norm of every residual branch at zero (arXiv:1706.02677). Default false. */
  readonly zeroInitResidual: boolean;
  /** Before the classifier. Default 0. */
  readonly dropout: number;
  /** Probability that training leaves out the branch of the last block; that of block l of L is l / L of it (arXiv:1603.09382). Default 0. */
  readonly stochasticDepth: number;
}

/**
 * ResNeXt: `resnextD_GxWd` (`resnext50_32x4d`, `resnext101_32x8d`, ..) with torchvision's parameter names, `cifar_resnextD_GxWd` for
 * 32x32 images and 10 classes, and `tiny`; the blocks are in the grouped form.
 */
export const resnext = defineArchitecture<ResNeXtVariant, ResNeXtOptions>({
  family: 'resnext',
  paper: 'https://arxiv.org/abs/1611.05431',
  options: { stem: 'variant', strideIn: '3x3', zeroInitResidual: false, dropout: 0, stochasticDepth: 0 },
  choices: { stem: ['variant', 'imagenet', 'cifar'], strideIn: ['3x3', '1x1'] },
  variants: VARIANTS,
  grammar: GRAMMAR,
  parse,
  defaults: ({ stem }) => (stem === 'cifar' ? { imageSize: 32, classes: 10 } : {}),
  scale: (variant, { width, depth }) => ({
    ...variant,
    width: makeDivisible(variant.width * width),
    groupWidth: Math.max(1, Math.round(variant.groupWidth * width)),
    depths: scaleDepths(variant.depths, depth),
  }),
  build(image, { depths, groups, groupWidth, width, stem }, options) {
    const { strideIn, zeroInitResidual, classes, dropout, stochasticDepth } = options;
    return residualNetwork(image, {
      block: 'bottleneck',
      depths,
      width,
      groups,
      inner: groups * groupWidth,
      stem: options.stem === 'variant' ? stem : options.stem,
      strideIn,
      zeroInitResidual,
      classes,
      dropout,
      stochasticDepth,
    });
  },
});
