// EfficientNet: one network, scaled in width, depth and resolution together. arXiv:1905.11946

import {
  channelsOf,
  convNormAct,
  defineArchitecture,
  invertedResidual,
  linearLayer,
  makeDivisible,
  squeezeExcitation,
  uniform,
} from '@netwright/arch';
import { dropout, flatten, globalAvgPool2d, silu, zerosInit, type Tensor } from '@netwright/ir';
import { VARIANTS, type EfficientNetVariant } from './variants.ts';

/** Regularization, stem, padding and norms of the network; its scaling is in the variant's name. */
export interface EfficientNetOptions extends Readonly<Record<string, unknown>> {
  /** Before the classifier; default the variant's, 0.2 to 0.5. */
  readonly dropout: number;
  /** Probability with which training leaves out the branches of blocks: none of the first, in proportion to their depth then. Default 0.2. */
  readonly stochasticDepth: number;
  /** Stride of the first convolution; 1 for images of about 32 to 64 pixels. Default 2. */
  readonly stemStride: number;
  /**
   * `symmetric`, as torchvision and most others; `same`, as TensorFlow, where a stride of 2 pads less at the top and left. Shapes of even images and
   * parameters are equal, the results are not. Default `symmetric`.
   */
  readonly padding: 'symmetric' | 'same';
  /** Of the batch norms. Default 1e-3, the authors'; torchvision's weights of B0 to B4 were trained with 1e-5. */
  readonly normEps: number;
  /** Weight of the new batch in the running statistics. Default 0.01. */
  readonly normMomentum: number;
}

/** Channels of squeeze-excitation over those of the block's input, not of the expanded ones. */
const SQUEEZE = 1 / 4;

/** Channels of the last convolution over those of its input. */
const HEAD = 4;

const NAMES = { conv: '0', norm: '1' };

/** EfficientNet with torchvision's parameter names: `efficientnet_b0` to `efficientnet_b7`, each for the image size of the paper, and `tiny`. */
export const efficientnet = defineArchitecture<EfficientNetVariant, EfficientNetOptions>({
  family: 'efficientnet',
  paper: 'https://arxiv.org/abs/1905.11946',
  options: {
    dropout: 0.2,
    stochasticDepth: 0.2,
    stemStride: 2,
    padding: 'symmetric',
    normEps: 1e-3,
    normMomentum: 0.01,
  },
  choices: { padding: ['symmetric', 'same'] },
  variants: VARIANTS,
  defaults: ({ imageSize, classes = 1000, dropout: p }) => ({ imageSize, classes, dropout: p }),
  scale: (variant, { width, depth }) => ({ ...variant, width: variant.width * width, depth: variant.depth * depth }),
  build(image, { width, depth, rows, stem }, options, builder) {
    const same = options.padding === 'same' ? { padding: 'same' as const } : {};
    const norm = { eps: options.normEps, momentum: options.normMomentum };
    const layer = { names: NAMES, norm, activation: silu };
    const depths = rows.map((row) => Math.ceil(row.depth * depth));
    const blocks = depths.reduce((total, count) => total + count, 0);
    let x = convNormAct(image, {
      ...layer,
      ...same,
      name: 'features.0',
      out: makeDivisible(stem * width),
      kernel: 3,
      stride: options.stemStride,
    });
    let before = 0;
    rows.forEach(({ expand, kernel, stride, out }, row) => {
      for (let index = 0; index < depths[row]; index++) {
        const input = x;
        const stochasticDepth = (options.stochasticDepth * before++) / blocks;
        const squeezed = Math.max(1, Math.floor(channelsOf(input) * SQUEEZE));
        x = builder.within(`features.${String(row + 1)}.${String(index)}`, () =>
          invertedResidual(input, {
            ...same,
            norm,
            activation: silu,
            expanded: makeDivisible(channelsOf(input) * expand),
            out: makeDivisible(out * width),
            kernel,
            stride: index === 0 ? stride : 1,
            squeeze: (y) => excite(y, squeezed),
            stochasticDepth,
            name: 'block',
            lastSteps: 'one',
          }),
        );
      }
    });
    x = convNormAct(x, {
      ...layer,
      name: `features.${String(rows.length + 1)}`,
      out: HEAD * channelsOf(x),
      kernel: 1,
    });
    const features = dropout(flatten(globalAvgPool2d(x), 1), { p: options.dropout });
    const bound = 1 / Math.sqrt(options.classes);
    return linearLayer(features, {
      name: 'classifier.1',
      out: options.classes,
      init: uniform({ low: -bound, high: bound }),
      biasInit: zerosInit,
    });
  },
});

function excite(x: Tensor, squeezed: number): Tensor {
  return squeezeExcitation(x, { name: '', squeezed, activation: silu, biasInit: zerosInit });
}
