// The stack of convolutions and the two heads.

import {
  batchNormLayer,
  conv2dLayer,
  kaimingFanOut,
  linearLayer,
  normal,
  sequential,
  type Layer,
} from '@netwright/arch';
import {
  adaptiveAvgPool2d,
  dropout,
  flatten,
  globalAvgPool2d,
  localResponseNorm,
  maxPool2d,
  relu,
  zerosInit,
  type Tensor,
} from '@netwright/ir';
import type { VggVariant } from './variants.ts';

/** The convolutions as a row of the table has them, and how wide they are made. */
export interface FeaturesOptions extends Pick<VggVariant, 'layers' | 'batchNorm'> {
  /** By which every number of channels is multiplied. Default 1. */
  readonly widthFactor?: number;
}

/** Convolutions of stride 1 that keep the size, each with bias and ReLU, and poolings that halve it; named `features.<position>` as torchvision's. */
export function features(image: Tensor, { layers, batchNorm, widthFactor = 1 }: FeaturesOptions): Tensor {
  const conv = (kernel: number, channels: number): readonly Layer[] => {
    const out = Math.max(1, Math.round(channels * widthFactor));
    const convolution: Layer = (x) =>
      conv2dLayer(x, {
        name: '',
        out,
        kernel,
        padding: (kernel - 1) / 2,
        bias: true,
        init: kaimingFanOut,
        biasInit: zerosInit,
      });
    return [convolution, ...(batchNorm ? [(x: Tensor) => batchNormLayer(x, { name: '' })] : []), relu];
  };
  const steps = layers.flatMap((layer): readonly Layer[] => {
    if (layer === 'P') return [(x) => maxPool2d(x, { kernel: 2 })];
    if (layer === 'N') return [(x) => localResponseNorm(x, { size: 5, alpha: 5e-4, beta: 0.75, k: 2 })];
    return typeof layer === 'number' ? conv(3, layer) : conv(...layer);
  });
  return sequential(image, steps, 'features');
}

/** Outputs, hidden features and dropout of the layers after the convolutions. */
export interface HeadOptions {
  readonly classes: number;
  readonly hidden: number;
  readonly dropout: number;
}

/** A 7x7 map, two hidden layers with ReLU and dropout, and the logits: `classifier.0`, `.3` and `.6`. */
export function denseHead(x: Tensor, { classes, hidden, dropout: p }: HeadOptions): Tensor {
  const pooled = x.builder.within('avgpool', () => adaptiveAvgPool2d(x, 7));
  const linear = (out: number): Layer => {
    return (y) => linearLayer(y, { name: '', out, init: normal({ std: 0.01 }), biasInit: zerosInit });
  };
  const drop: Layer = (y) => dropout(y, { p });
  return sequential(
    flatten(pooled, 1),
    [linear(hidden), relu, drop, linear(hidden), relu, drop, linear(classes)],
    'classifier',
  );
}

/** Means over the whole map, dropout and the logits, `classifier`: for small images, where a 7x7 map would hold copies. */
export function pooledHead(x: Tensor, { classes, dropout: p }: Pick<HeadOptions, 'classes' | 'dropout'>): Tensor {
  const means = flatten(globalAvgPool2d(x), 1);
  const kept = x.builder.within('classifier', () => dropout(means, { p }));
  return linearLayer(kept, { name: 'classifier', out: classes, biasInit: zerosInit });
}
