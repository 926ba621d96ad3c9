// Densely connected convolutional networks. arXiv:1608.06993

import {
  batchNormLayer,
  conv2dLayer,
  defineArchitecture,
  kaimingNormal,
  linearLayer,
  scaleDepths,
} from '@netwright/arch';
import { flatten, globalAvgPool2d, maxPool2d, NetwrightError, relu, zerosInit, type Tensor } from '@netwright/ir';
import { denseBlock, transition } from './blocks.ts';
import { cifar, VARIANTS, type DenseNetVariant } from './variants.ts';

/** Departures from the chosen variant: growth, bottleneck, compression, dropout and stem. */
export interface DenseNetOptions extends Readonly<Record<string, unknown>> {
  /** Channels that every layer adds; the stem has twice as many or, of a CIFAR network without `bc`, 16. 0 for the variant's, e.g. 32. Default 0. */
  readonly growth: number;
  /** Width of the 1x1 before each 3x3, in units of the growth; 0 for none. Default 4, or 0 of a CIFAR network without `bc`. */
  readonly bottleneck: number;
  /** What transitions leave of the channels, above 0 and at most 1. Default 0.5, or 1 of a CIFAR network without `bc`. */
  readonly compression: number;
  /** After each dense layer; the paper has 0.2 for CIFAR without augmentation. Default 0. */
  readonly dropout: number;
  /** `imagenet`: 7x7 of stride 2, norm and max pool; `cifar`: one 3x3, for images of about 32 pixels. Default the variant's. */
  readonly stem: 'imagenet' | 'cifar';
}

/**
 * DenseNet: `densenet121`, `161`, `169`, `201` with torchvision's parameter names, `densenet264` of the paper, `cifar_densenet_bc_L_K` and
 * `cifar_densenet_L_K` with depth L and growth K (32x32 images, 10 classes), and `tiny`.
 */
export const densenet = defineArchitecture<DenseNetVariant, DenseNetOptions>({
  family: 'densenet',
  paper: 'https://arxiv.org/abs/1608.06993',
  options: { growth: 0, bottleneck: 4, compression: 0.5, dropout: 0, stem: 'imagenet' },
  choices: { stem: ['imagenet', 'cifar'] },
  variants: VARIANTS,
  grammar: 'cifar_densenet_bc_L_K with L = 6n + 4, or cifar_densenet_L_K with L = 3n + 4',
  parse(name) {
    const [, bc, depth, growth] = /^cifar_densenet_(bc_)?(\d+)_(\d+)$/.exec(name) ?? [];
    return cifar(Number(depth), Number(growth), bc !== undefined);
  },
  defaults: ({ stem, bottleneck, compression }) => ({
    bottleneck,
    compression,
    stem,
    ...(stem === 'cifar' ? { imageSize: 32, classes: 10 } : {}),
  }),
  scale: (variant, { width, depth }) => ({
    ...variant,
    growth: Math.max(1, Math.round(variant.growth * width)),
    stemChannels: Math.max(1, Math.round(variant.stemChannels * width)),
    blocks: scaleDepths(variant.blocks, depth),
  }),
  build(image, variant, options) {
    const { builder } = image;
    const { compression, bottleneck, dropout } = checked(options);
    const growth = options.growth === 0 ? variant.growth : options.growth;
    const layer = { growth, bottleneck, dropout };
    const perGrowth = variant.bottleneck === 0 ? 1 : growth / variant.growth;
    const stemChannels = Math.max(1, Math.round(variant.stemChannels * perGrowth));
    const features = builder.within('features', () => {
      const last = variant.blocks.length;
      const x = variant.blocks.reduce(
        (y, layers, index) => {
          const at = String(index + 1);
          const dense = builder.within(`denseblock${at}`, () => denseBlock(y, layers, layer));
          return index + 1 === last ? dense : builder.within(`transition${at}`, () => transition(dense, compression));
        },
        stemOf(image, options.stem, stemChannels),
      );
      return relu(batchNormLayer(x, { name: 'norm5' }));
    });
    const means = flatten(globalAvgPool2d(features), 1);
    return linearLayer(means, { name: 'classifier', out: options.classes, biasInit: zerosInit });
  },
});

function stemOf(image: Tensor, stem: DenseNetOptions['stem'], out: number): Tensor {
  const { builder } = image;
  const [kernel, stride] = stem === 'imagenet' ? [7, 2] : [3, 1];
  const padding = (kernel - 1) / 2;
  const x = conv2dLayer(image, { name: 'conv0', out, kernel, stride, padding, init: kaimingNormal() });
  if (stem === 'cifar') return x;
  const normed = batchNormLayer(x, { name: 'norm0' });
  const active = builder.within('relu0', () => relu(normed));
  return builder.within('pool0', () => maxPool2d(active, { kernel: 3, stride: 2, padding: 1 }));
}

function checked<O extends DenseNetOptions>(options: O): O {
  const { growth, bottleneck, compression } = options;
  const reasons = [
    ...(Number.isSafeInteger(growth) && growth >= 0 ? [] : ['growth must be an integer of 0 or more']),
    ...(Number.isSafeInteger(bottleneck) && bottleneck >= 0 ? [] : ['bottleneck must be an integer of 0 or more']),
    ...(compression > 0 && compression <= 1 ? [] : ['compression must be above 0 and at most 1']),
  ];
  if (reasons.length === 0) return options;
  throw new NetwrightError({
    code: 'densenet.options',
    operation: 'densenet',
    expected: 'sizes of dense layers and of transitions',
    received: JSON.stringify({ growth, bottleneck, compression }),
    reasons,
  });
}
