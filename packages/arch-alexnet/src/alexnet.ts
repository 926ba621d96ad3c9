// ImageNet classification with deep convolutional neural networks (NIPS 2012), and one weird trick (arXiv:1404.5997).

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
import { adaptiveAvgPool2d, flatten, zerosInit, type Tensor } from '@netwright/ir';
import { VARIANTS, type AlexNetStep, type AlexNetVariant } from './variants.ts';

/** Departures from the chosen variant: groups, norms, stem, dropout and start. */
export interface AlexNetOptions extends Readonly<Record<string, unknown>> {
  /** Groups of the second, fourth and fifth convolution; 0 for the variant's: 1, in the paper 2. Default 0. */
  readonly groups: number;
  /** Before or after the hidden layers. Default 0.5; of `alexnet_mini` and `tiny` 0. */
  readonly dropout: number;
  /** `none` leaves out the local response norms; names stay as they are. Default `variant`. */
  readonly localResponseNorm: 'variant' | 'none';
  /** `small` starts with a 5x5 convolution of stride 1, for images from 32 pixels. Default `variant`. */
  readonly stem: 'variant' | 'small';
  /**
   * How weights start: `paper` (standard deviation 0.01, biases of some layers 1), `torch` (PyTorch's defaults) or `kaiming` (variance
   * 2 / fanIn, biases 0). Default the variant's.
   */
  readonly initialization: 'variant' | Initialization;
}

type Initialization = AlexNetVariant['initialization'];

const STARTS: Readonly<Record<Initialization, Pick<PlainLayersOptions, 'init' | 'biasInit'>>> = {
  paper: { init: normal({ std: 0.01 }), biasInit: zerosInit },
  torch: { init: torchDefaultInit },
  kaiming: { init: kaimingNormal(), biasInit: zerosInit },
};

/** AlexNet: `alexnet` (torchvision's, one column), `alexnet_paper` (two groups, local response norm), and for 32x32 images `alexnet_mini` and `tiny`. */
export const alexnet = defineArchitecture<AlexNetVariant, AlexNetOptions>({
  family: 'alexnet',
  paper: 'https://proceedings.neurips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html',
  options: { groups: 0, dropout: 0.5, localResponseNorm: 'variant', stem: 'variant', initialization: 'variant' },
  choices: {
    localResponseNorm: ['variant', 'none'],
    stem: ['variant', 'small'],
    initialization: ['variant', 'paper', 'torch', 'kaiming'],
  },
  variants: VARIANTS,
  defaults: ({ imageSize, classes, dropout }) => ({ imageSize, classes, dropout }),
  build(image, variant, options) {
    const { classes, dropout } = options;
    const { pooledTo, names } = variant;
    const kind = options.initialization === 'variant' ? variant.initialization : options.initialization;
    const layersOf = (steps: readonly AlexNetStep[]) =>
      plainLayers(
        steps.map((step) => resolve(step, variant, options, kind)),
        { classes, dropout, ...STARTS[kind] },
      );
    const features = layersOf(options.stem === 'small' ? withSmallStem(variant.features) : variant.features);
    const classifier = layersOf(variant.classifier);
    if (names === 'sequence') return sequential(image, [...features, ...classifier]);
    const x = sequential(image, features, 'features');
    return sequential(pooledTo === 0 ? x : flatten(pooled(x, pooledTo), 1), classifier, 'classifier');
  },
});

/** The step as the options say; a bias starts at 1 only in the paper's initialization. */
function resolve(
  step: AlexNetStep,
  variant: AlexNetVariant,
  options: AlexNetOptions,
  initialization: Initialization,
): PlainStep {
  if (typeof step === 'string' || 'pool' in step) return step;
  if ('norm' in step) return options.localResponseNorm === 'none' ? 'identity' : step;
  const { biasInit, ...rest } = step;
  const starting = initialization === 'paper' && biasInit !== undefined ? { ...rest, biasInit } : rest;
  if ('linear' in starting) return starting;
  const { grouped = false, ...conv } = starting;
  return grouped ? { ...conv, groups: options.groups === 0 ? variant.groups : options.groups } : conv;
}

function withSmallStem(features: readonly AlexNetStep[]): readonly AlexNetStep[] {
  return features.map((step, index) =>
    index === 0 && typeof step === 'object' && 'conv' in step ? { ...step, kernel: 5, stride: 1, padding: 2 } : step,
  );
}

function pooled(x: Tensor, size: number): Tensor {
  return x.builder.within('avgpool', () => adaptiveAvgPool2d(x, size));
}
