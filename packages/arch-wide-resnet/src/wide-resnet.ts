// Wide residual networks. arXiv:1605.07146

import { defineArchitecture, makeDivisible, residualNetwork, scaleDepths } from '@netwright/arch';
import { GRAMMAR, parse, VARIANTS, type WideResNetVariant } from './variants.ts';

/** Dropout, stem and starts; depth and width are in the variant's name. */
export interface WideResNetOptions extends Readonly<Record<string, unknown>> {
  /** Inside each block, before its last convolution (section 2.4; 0.3 on CIFAR there, 0.4 on SVHN). Default 0. */
  readonly dropout: number;
  /** Before the classifier. Default 0. */
  readonly headDropout: number;
  /** `imagenet` or `cifar` (for images of about 32 pixels); default the variant's. */
  readonly stem: 'variant' | 'imagenet' | 'cifar';
  /** Start every residual branch at zero: the last norm of a bottleneck, the last convolution of a block with pre-activation. Default false. */
  readonly zeroInitResidual: boolean;
  /** Probability that training leaves out the branch of the last block; that of block l of L is l / L of it (arXiv:1603.09382). Default 0. */
  readonly stochasticDepth: number;
}

/**
 * Wide ResNet: `wrn_D_K` with D = 6n + 4 and pre-activation, for 32x32 images and 10 classes; `wide_resnet50_2`, `wide_resnet101_2`, .. with torchvision's
 * parameter names; and `tiny`.
 */
export const wideResnet = defineArchitecture<WideResNetVariant, WideResNetOptions>({
  family: 'wide-resnet',
  paper: 'https://arxiv.org/abs/1605.07146',
  options: { dropout: 0, headDropout: 0, stem: 'variant', zeroInitResidual: false, stochasticDepth: 0 },
  choices: { stem: ['variant', 'imagenet', 'cifar'] },
  variants: VARIANTS,
  grammar: GRAMMAR,
  parse,
  defaults: ({ stem }) => (stem === 'cifar' ? { imageSize: 32, classes: 10 } : {}),
  scale({ width, inner = width, stemWidth, depths, ...rest }, multipliers) {
    const scaled = (channels: number): number => makeDivisible(channels * multipliers.width);
    return {
      ...rest,
      width: scaled(width),
      inner: scaled(inner),
      stemWidth: scaled(stemWidth),
      depths: scaleDepths(depths, multipliers.depth),
    };
  },
  build(image, variant, options) {
    const { dropout, headDropout, zeroInitResidual, stochasticDepth, classes } = options;
    const cifar = variant.block === 'basic';
    return residualNetwork(image, {
      ...variant,
      stem: options.stem === 'variant' ? variant.stem : options.stem,
      preactivation: cifar,
      firstShortcut: 'bare',
      zeroInitResidual,
      stochasticDepth,
      blockDropout: dropout,
      dropout: headDropout,
      classes,
      ...(cifar ? { projection: { name: 'shortcut' }, names: { stage: 'group' } } : {}),
    });
  },
});
