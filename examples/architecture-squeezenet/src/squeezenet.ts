// SqueezeNet: 1x1 convolutions that squeeze, then 1x1 and 3x3 ones side by side. arXiv:1602.07360

import {
  conv2dLayer,
  defineArchitecture,
  kaimingUniform,
  normal,
  uniform,
  type Conv2dLayerOptions,
} from '@netwright/arch';
import {
  concat,
  dropout,
  flatten,
  globalAvgPool2d,
  maxPool2d,
  relu,
  zerosInit,
  type Initializer,
  type Tensor,
} from '@netwright/ir';

export interface SqueezeNetOptions extends Readonly<Record<string, unknown>> {
  /** Before the classifier. Default 0.5; of `tiny` 0. */
  readonly dropout: number;
}

/** Channels of one fire module: squeezed, and of each of the two convolutions that expand. */
type Fire = readonly [squeeze: number, expand: number];

interface SqueezeNetVariant {
  readonly stem: number;
  readonly kernel: number;
  /** A pool between stem and stages, and between stages. */
  readonly stages: readonly (readonly Fire[])[];
  readonly dropout?: number;
  readonly imageSize?: number;
  /** What biases start from. Default zeros. */
  readonly biasInit?: Initializer;
}

const small: Fire = [16, 64];
const middle: Fire = [32, 128];
const large: Fire = [48, 192];
const last: Fire = [64, 256];

/** `squeezenet1_0` and `squeezenet1_1`, torchvision's, and `tiny`. */
export const squeezenet = defineArchitecture<SqueezeNetVariant, SqueezeNetOptions>({
  family: 'squeezenet',
  paper: 'https://arxiv.org/abs/1602.07360',
  options: { dropout: 0.5 },
  variants: {
    squeezenet1_0: { stem: 96, kernel: 7, stages: [[small, small, middle], [middle, large, large, last], [last]] },
    squeezenet1_1: {
      stem: 64,
      kernel: 3,
      stages: [
        [small, small],
        [middle, middle],
        [large, large, last, last],
      ],
    },
    tiny: {
      stem: 8,
      kernel: 3,
      stages: [[[4, 8]]],
      dropout: 0,
      imageSize: 16,
      biasInit: uniform({ low: 0.05, high: 0.1 }),
    },
  },
  defaults: ({ dropout: p, imageSize }) => ({
    ...(p === undefined ? {} : { dropout: p }),
    ...(imageSize === undefined ? {} : { imageSize }),
  }),
  build(image, { stem, kernel, stages, biasInit = zerosInit }, { classes, dropout: p }) {
    const { builder } = image;
    const convolution = (x: Tensor, options: Conv2dLayerOptions): Tensor =>
      relu(conv2dLayer(x, { bias: true, init: kaimingUniform(), biasInit, ...options }));
    const fire = (x: Tensor, name: string, [squeeze, expand]: Fire): Tensor =>
      builder.within(name, () => {
        const squeezed = convolution(x, { name: 'squeeze', out: squeeze, kernel: 1 });
        const narrow = convolution(squeezed, { name: 'expand1x1', out: expand, kernel: 1 });
        return concat([narrow, convolution(squeezed, { name: 'expand3x3', out: expand, kernel: 3, padding: 1 })], 1);
      });
    const features = builder.within('features', () => {
      let x = convolution(image, { name: '0', out: stem, kernel, stride: 2 });
      // torchvision counts activations and pools too.
      let position = 2;
      for (const stage of stages) {
        x = maxPool2d(x, { kernel: 3, stride: 2, ceilMode: true });
        position++;
        for (const channels of stage) x = fire(x, String(position++), channels);
      }
      return x;
    });
    const scores = builder.within('classifier', () =>
      convolution(p === 0 ? features : dropout(features, { p }), {
        name: '1',
        out: classes,
        kernel: 1,
        init: normal({ std: 0.01 }),
      }),
    );
    return flatten(globalAvgPool2d(scores), 1);
  },
});
