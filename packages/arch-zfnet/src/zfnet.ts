// Visualizing and understanding convolutional networks. arXiv:1311.2901

import {
  defineArchitecture,
  kaimingNormal,
  normal,
  plainLayers,
  sequential,
  torchDefaultInit,
  type PlainLayersOptions,
  type PlainStep,
} from '@netwright/arch';
import { zerosInit } from '@netwright/ir';
import { VARIANTS, type ZfNetVariant } from './variants.ts';

/** Departures from the chosen variant: norms, stem, dropout and start. */
export interface ZfNetOptions extends Readonly<Record<string, unknown>> {
  /** After the hidden layers. Default 0.5, of `tiny` 0. */
  readonly dropout: number;
  /** `none` leaves out the normalization across maps; names stay as they are. Default `variant`. */
  readonly localResponseNorm: 'variant' | 'none';
  /** `small` starts with a 5x5 convolution of stride 1, for images from 32 pixels. Default `variant`. */
  readonly stem: 'variant' | 'small';
  /**
   * How weights start: `paper` (standard deviation 0.01, biases 0), `torch` (PyTorch's defaults) or `kaiming` (variance 2 / fanIn, biases 0). Default the variant's.
   */
  readonly initialization: 'variant' | 'paper' | 'torch' | 'kaiming';
}

const STARTS: Readonly<Record<'paper' | 'torch' | 'kaiming', Pick<PlainLayersOptions, 'init' | 'biasInit'>>> = {
  paper: { init: normal({ std: 0.01 }), biasInit: zerosInit },
  torch: { init: torchDefaultInit },
  kaiming: { init: kaimingNormal(), biasInit: zerosInit },
};

/** ZFNet: `zfnet`, AlexNet with a 7x7 first filter of stride 2, and `tiny`. Parameters are named by position. */
export const zfnet = defineArchitecture<ZfNetVariant, ZfNetOptions>({
  family: 'zfnet',
  paper: 'https://arxiv.org/abs/1311.2901',
  options: { dropout: 0.5, localResponseNorm: 'variant', stem: 'variant', initialization: 'variant' },
  choices: {
    localResponseNorm: ['variant', 'none'],
    stem: ['variant', 'small'],
    initialization: ['variant', 'paper', 'torch', 'kaiming'],
  },
  variants: VARIANTS,
  defaults: ({ imageSize, classes, dropout }) => ({ imageSize, classes, dropout }),
  build(image, variant, { classes, dropout, localResponseNorm, stem, initialization }) {
    const kind = initialization === 'variant' ? variant.initialization : initialization;
    const steps = variant.steps.map((step, position): PlainStep => {
      if (typeof step === 'string') return step;
      if ('norm' in step) return localResponseNorm === 'none' ? 'identity' : step;
      if ('conv' in step && position === 0 && stem === 'small') return { ...step, kernel: 5, stride: 1, padding: 2 };
      return step;
    });
    return sequential(image, plainLayers(steps, { classes, dropout, ...STARTS[kind] }));
  },
});
