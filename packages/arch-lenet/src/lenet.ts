// Gradient-based learning applied to document recognition. Proceedings of the IEEE 86 (11), 1998.

import {
  channelsOf,
  conv2dLayer,
  defineArchitecture,
  linearLayer,
  sequential,
  torchDefaultInit,
  uniform,
  type CommonOptions,
  type Layer,
} from '@netwright/arch';
import { avgPool2d, flatten, maxPool2d, relu, tanh, type Padding, type Tensor } from '@netwright/ir';
import { linearOutput, partialConv, rbfOutput, scaledTanh, trainableSubsampling, type InitOf } from './blocks.ts';
import {
  CONNECTION_TABLE,
  VARIANTS,
  type Activation,
  type Connections,
  type Initialization,
  type LeNetVariant,
  type Output,
  type Subsampling,
} from './variants.ts';

/** Which parts are those of 1998, and which what became usual since. */
export interface LeNetOptions extends Readonly<Record<string, unknown>> {
  /** `scaledTanh` is 1.7159 tanh(2/3 x). Default the variant's. */
  readonly activation: 'variant' | Activation;
  /** `trainable`: a coefficient and a bias for each map, then the activation. Default the variant's. */
  readonly subsampling: 'variant' | Subsampling;
  /** `partial`: table I of the paper. Default the variant's. */
  readonly connections: 'variant' | Connections;
  /** `rbf`: minus the squared distance from a fixed code of each class. Default the variant's. */
  readonly output: 'variant' | Output;
  /** Around the image; `auto` brings sides below 32 (of `tiny` 18) to that. Default `auto`. */
  readonly padding: 'auto' | number;
  /** `paper`: uniform in +-2.4 / fanIn; `torch`: PyTorch's defaults. Default the variant's. */
  readonly initialization: 'variant' | Initialization;
}

/** The side of images of which the third convolution leaves one pixel: 32 for kernels of 5. */
function sideOf({ kernel }: LeNetVariant): number {
  return 7 * kernel - 3;
}

const ACTIVATIONS: Readonly<Record<Activation, Layer>> = { tanh, scaledTanh, relu };

const INITS: Readonly<Record<Initialization, InitOf>> = {
  torch: () => ({ init: torchDefaultInit }),
  paper: (fanIn) => {
    const init = uniform({ low: -2.4 / fanIn, high: 2.4 / fanIn });
    return { init, biasInit: init };
  },
};

/**
 * LeNet-5: `lenet5` as it is built today (full connections, tanh, average pooling, linear output), `lenet5_1998` as the paper has it, and
 * `tiny`. Parameters are named by position.
 */
export const lenet = defineArchitecture<LeNetVariant, LeNetOptions>({
  family: 'lenet',
  paper: 'https://ieeexplore.ieee.org/document/726791',
  options: {
    activation: 'variant',
    subsampling: 'variant',
    connections: 'variant',
    output: 'variant',
    padding: 'auto',
    initialization: 'variant',
  },
  choices: {
    activation: ['variant', 'tanh', 'scaledTanh', 'relu'],
    subsampling: ['variant', 'average', 'trainable', 'max'],
    connections: ['variant', 'full', 'partial'],
    output: ['variant', 'linear', 'rbf'],
    initialization: ['variant', 'torch', 'paper'],
  },
  variants: VARIANTS,
  grammar: 'lenet5_paper for lenet5_1998',
  parse: (name) => (name === 'lenet5_paper' ? VARIANTS.lenet5_1998 : undefined),
  defaults: (variant) => ({ classes: 10, channels: 1, imageSize: sideOf(variant) }),
  build: (image, variant, options) => sequential(image, layersOf(image, variant, options)),
});

function layersOf(image: Tensor, variant: LeNetVariant, options: CommonOptions & LeNetOptions): readonly Layer[] {
  const chosen = choices(variant, options);
  const initOf = INITS[chosen.initialization];
  const activation = ACTIVATIONS[chosen.activation];
  const { kernel } = variant;
  const [first, second] = variant.maps;
  const [third, hidden] = variant.features;
  const conv =
    (out: number, padding: number | Padding = 0): Layer =>
    (x) =>
      conv2dLayer(x, { name: '', out, kernel, padding, bias: true, ...initOf(channelsOf(x) * kernel ** 2) });
  const pool: Readonly<Record<Subsampling, Layer>> = {
    average: (x) => avgPool2d(x, { kernel: 2 }),
    max: (x) => maxPool2d(x, { kernel: 2 }),
    trainable: (x) => trainableSubsampling(x, activation, initOf),
  };
  const connected: Readonly<Record<Connections, Layer>> = {
    full: conv(second),
    partial: (x) => partialConv(x, CONNECTION_TABLE, { kernel, initOf }),
  };
  const output: Readonly<Record<Output, Layer>> = {
    linear: (x) => linearOutput(x, options.classes, initOf),
    rbf: (x) => rbfOutput(x, options.classes),
  };
  return [
    conv(first, paddingOf(image, options.padding, sideOf(variant))),
    activation,
    pool[chosen.subsampling],
    connected[chosen.connections],
    activation,
    pool[chosen.subsampling],
    conv(third),
    activation,
    (x) => flatten(x, 1),
    (x) => linearLayer(x, { name: '', out: hidden, ...initOf(Number(x.shape[1])) }),
    activation,
    output[chosen.output],
  ];
}

type Choices = Pick<LeNetVariant, 'activation' | 'subsampling' | 'connections' | 'output' | 'initialization'>;

/** What the options say, or else the variant. */
function choices(variant: LeNetVariant, options: LeNetOptions): Choices {
  const { activation, subsampling, connections, output, initialization } = options;
  return {
    activation: activation === 'variant' ? variant.activation : activation,
    subsampling: subsampling === 'variant' ? variant.subsampling : subsampling,
    connections: connections === 'variant' ? variant.connections : connections,
    output: output === 'variant' ? variant.output : output,
    initialization: initialization === 'variant' ? variant.initialization : initialization,
  };
}

/** Around the image: the given number of pixels, or what its sides lack. */
function paddingOf(image: Tensor, padding: 'auto' | number, wanted: number): number | Padding {
  if (padding !== 'auto') return padding;
  const [height, width] = image.shape.slice(2).map((side) => Math.max(0, wanted - Number(side)));
  const [top, left] = [Math.floor(height / 2), Math.floor(width / 2)];
  return [top, left, height - top, width - left];
}
