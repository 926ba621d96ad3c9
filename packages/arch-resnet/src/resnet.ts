// Deep residual learning for image recognition. arXiv:1512.03385; with pre-activation arXiv:1603.05027

import { defineArchitecture, makeDivisible, residualNetwork, scaleDepths, type ShortcutKind } from '@netwright/arch';
import { GRAMMAR, parse, VARIANTS, type ResNetVariant } from './variants.ts';

/** Departures from the chosen variant: stem, shortcuts, strides, width and regularization. */
export interface ResNetOptions extends Readonly<Record<string, unknown>> {
  /**
   * Which convolution of a bottleneck has the stride: `3x3` as torchvision ("v1.5"), `1x1` (the first) as the paper and Caffe. The parameters
   * are the same, the multiply-adds are not. Default `3x3`, always with pre-activation.
   */
  readonly strideIn: '3x3' | '1x1';
  /** `imagenet` or `cifar` (for images of about 32 pixels); default the variant's. */
  readonly stem: 'variant' | 'imagenet' | 'cifar';
  /** `A` pads with zeros, `B` projects, `none` makes a plain network; default the variant's. */
  readonly shortcut: 'variant' | ShortcutKind;
  /** Channels of the first stage; 0 for the variant's. Default 0. */
  readonly width: number;
  /** Start the last norm of every residual branch at zero (arXiv:1706.02677), with pre-activation the last convolution. Default false. */
  readonly zeroInitResidual: boolean;
  /** Before the classifier. Default 0. */
  readonly dropout: number;
  /** Probability that training leaves out the branch of the last block; that of block l of L is l / L of it (arXiv:1603.09382). Default 0. */
  readonly stochasticDepth: number;
}

/**
 * ResNet: `resnet18`, `34`, `50`, `101`, `152` with torchvision's parameter names, `cifar_resnetN` with N = 6n + 2 (paper, section 4.2;
 * 32x32 images and 10 classes by default), both also without shortcuts (`plain18`, `cifar_plainN`) and with pre-activation (`preact_resnet18`,
 * `cifar_preact_resnetN`), and `tiny`.
 */
export const resnet = defineArchitecture<ResNetVariant, ResNetOptions>({
  family: 'resnet',
  paper: 'https://arxiv.org/abs/1512.03385',
  options: {
    strideIn: '3x3',
    stem: 'variant',
    shortcut: 'variant',
    width: 0,
    zeroInitResidual: false,
    dropout: 0,
    stochasticDepth: 0,
  },
  choices: {
    strideIn: ['3x3', '1x1'],
    stem: ['variant', 'imagenet', 'cifar'],
    shortcut: ['variant', 'A', 'B', 'none'],
  },
  variants: VARIANTS,
  grammar: GRAMMAR,
  parse,
  defaults: ({ stem }) => (stem === 'cifar' ? { imageSize: 32, classes: 10 } : {}),
  scale: (variant, { width, depth }) => ({
    ...variant,
    width: makeDivisible(variant.width * width),
    depths: scaleDepths(variant.depths, depth),
  }),
  build(image, variant, options) {
    const { strideIn, zeroInitResidual, classes, dropout, stochasticDepth, widthMult = 1 } = options;
    return residualNetwork(image, {
      ...variant,
      width: options.width === 0 ? variant.width : Math.max(1, Math.round(options.width * widthMult)),
      stem: options.stem === 'variant' ? variant.stem : options.stem,
      shortcut: options.shortcut === 'variant' ? variant.shortcut : options.shortcut,
      strideIn,
      zeroInitResidual,
      classes,
      dropout,
      stochasticDepth,
    });
  },
});
