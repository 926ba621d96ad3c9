// MobileNetV2: inverted residuals and linear bottlenecks. arXiv:1801.04381

import {
  channelsOf,
  convNormAct,
  defineArchitecture,
  invertedResidual,
  linearLayer,
  makeDivisible,
  normal,
  scaleDepths,
} from '@netwright/arch';
import { dropout, flatten, globalAvgPool2d, relu6, zerosInit } from '@netwright/ir';
import { mobileNetV2, VARIANTS, type MobileNetVariant } from './variants.ts';

/** Regularization and stem; the width is in the variant's name. */
export interface MobileNetOptions extends Readonly<Record<string, unknown>> {
  /** Before the classifier. Default 0.2. */
  readonly dropout: number;
  /** Probability with which training leaves out blocks that have a shortcut: in proportion to their depth, this at the end. Default 0. */
  readonly stochasticDepth: number;
  /** Stride of the first convolution; 1 for images of about 32 to 64 pixels. Default 2. */
  readonly stemStride: number;
}

const NAMES = { conv: '0', norm: '1' };

/**
 * MobileNetV2 with torchvision's parameter names: `mobilenet_v2`, `mobilenet_v2_W` with W the width multiplier, and `tiny`. Channels are multiples of 8; the last convolution has
 * at least the 1280 of the paper, more only for widths above 1.
 */
export const mobilenet = defineArchitecture<MobileNetVariant, MobileNetOptions>({
  family: 'mobilenet',
  paper: 'https://arxiv.org/abs/1801.04381',
  options: { dropout: 0.2, stochasticDepth: 0, stemStride: 2 },
  variants: VARIANTS,
  grammar: 'mobilenet_v2_W with the width multiplier W, e.g. mobilenet_v2_0.25',
  parse(name) {
    const width = Number(/^mobilenet_v2_(\d+(?:\.\d+)?)$/.exec(name)?.[1]);
    return width > 0 ? mobileNetV2(width) : undefined;
  },
  defaults: ({ imageSize = 224, classes = 1000 }) => ({ imageSize, classes }),
  scale: (variant, { width, depth }) => {
    const depths = scaleDepths(
      variant.rows.map((row) => row.depth),
      depth,
    );
    return {
      ...variant,
      width: variant.width * width,
      rows: variant.rows.map((row, index) => ({ ...row, depth: depths[index] })),
    };
  },
  build(image, { width, rows, stem, head }, options, builder) {
    const blocks = rows.flatMap(({ expand, out, depth, stride }) =>
      Array.from({ length: depth }, (_, index) => ({
        expand,
        out: makeDivisible(out * width),
        stride: index === 0 ? stride : 1,
      })),
    );
    let x = convNormAct(image, {
      name: 'features.0',
      names: NAMES,
      out: makeDivisible(stem * width),
      kernel: 3,
      stride: options.stemStride,
      activation: relu6,
    });
    blocks.forEach(({ expand, out, stride }, index) => {
      const input = x;
      const expanded = Math.round(channelsOf(input) * expand);
      const stochasticDepth = (options.stochasticDepth * (index + 1)) / blocks.length;
      x = builder.within(`features.${String(index + 1)}`, () =>
        invertedResidual(input, { expanded, out, stride, stochasticDepth }),
      );
    });
    x = convNormAct(x, {
      name: `features.${String(blocks.length + 1)}`,
      names: NAMES,
      out: makeDivisible(head * Math.max(1, width)),
      kernel: 1,
      activation: relu6,
    });
    const features = flatten(globalAvgPool2d(x), 1);
    return linearLayer(dropout(features, { p: options.dropout }), {
      name: 'classifier.1',
      out: options.classes,
      init: normal({ std: 0.01 }),
      biasInit: zerosInit,
    });
  },
});
