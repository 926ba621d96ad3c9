// Networks without branches, as data: a list of steps becomes layers for `sequential`.

import {
  dropout,
  flatten,
  localResponseNorm,
  maxPool2d,
  relu,
  type Initializer,
  type LocalResponseNormOptions,
} from '@netwright/ir';
import { conv2dLayer } from './conv2d-layer.ts';
import { linearLayer, torchDefaultInit } from './linear-layer.ts';
import type { Layer } from './sequential.ts';

/** A convolution with bias. */
export interface PlainConv {
  /** Output channels. */
  readonly conv: number;
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default 0. */
  readonly padding?: number;
  /** Default 1. */
  readonly groups?: number;
  /** How its bias starts; default that of the network. */
  readonly biasInit?: Initializer;
}

/** A max pooling. */
export interface PlainPool {
  /** Window of a max pooling. */
  readonly pool: number;
  readonly stride: number;
  /** Default 0. */
  readonly padding?: number;
}

/** A fully connected layer. */
export interface PlainLinear {
  /** Output features; `classes` for the last layer. */
  readonly linear: number | 'classes';
  /** How its bias starts; default that of the network. */
  readonly biasInit?: Initializer;
}

/** One module; `norm` is a local response norm, `identity` keeps a place. */
export type PlainStep =
  | PlainConv
  | PlainPool
  | PlainLinear
  | { readonly norm: LocalResponseNormOptions }
  | 'relu'
  | 'flatten'
  | 'dropout'
  | 'identity';

/** What the steps leave open. */
export interface PlainLayersOptions {
  /** Outputs of a linear layer of `classes`. */
  readonly classes: number;
  /** Probability of the steps `dropout`. */
  readonly dropout: number;
  /** Of all weights. Default {@link torchDefaultInit}. */
  readonly init?: Initializer;
  /** Of the biases whose step has none of its own. Default: uniform in +-1/sqrt(fanIn), PyTorch's. */
  readonly biasInit?: Initializer;
}

/** The layers of `steps`, one for each, so that positions are names: convolutions and linear layers have biases. */
export function plainLayers(steps: readonly PlainStep[], options: PlainLayersOptions): readonly Layer[] {
  return steps.map((step) => plainLayer(step, options));
}

function plainLayer(step: PlainStep, { classes, dropout: p, init, biasInit }: PlainLayersOptions): Layer {
  if (step === 'identity') return (x) => x;
  if (step === 'relu') return relu;
  if (step === 'flatten') return (x) => flatten(x, 1);
  if (step === 'dropout') return (x) => dropout(x, { p });
  if ('norm' in step) return (x) => localResponseNorm(x, step.norm);
  if ('pool' in step) {
    return (x) => maxPool2d(x, { kernel: step.pool, stride: step.stride, padding: step.padding ?? 0 });
  }
  const starts = {
    name: '',
    init: init ?? torchDefaultInit,
    ...((step.biasInit ?? biasInit) === undefined ? {} : { biasInit: step.biasInit ?? biasInit }),
  };
  if ('linear' in step)
    return (x) => linearLayer(x, { ...starts, out: step.linear === 'classes' ? classes : step.linear });
  const { conv: out, kernel, stride = 1, padding = 0, groups = 1 } = step;
  return (x) => conv2dLayer(x, { ...starts, out, kernel, stride, padding, groups, bias: true });
}
