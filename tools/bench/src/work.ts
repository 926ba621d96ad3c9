// What is measured.

import type { SpecValue } from '@netwright/cli';

/** A network at one batch size. */
export interface NetworkWork {
  readonly kind: 'inference' | 'training';
  /** How `--only` names it. */
  readonly name: string;
  readonly title: string;
  readonly model: string;
  readonly options: Readonly<Record<string, SpecValue>>;
  readonly batch: number;
}

/** One convolution, or both of its gradients; square images and filters, padded to keep their size. */
export interface ConvolutionWork {
  readonly kind: 'forward' | 'gradients';
  readonly name: string;
  readonly title: string;
  readonly batch: number;
  readonly channels: number;
  readonly size: number;
  readonly filter: number;
}

export type Work = NetworkWork | ConvolutionWork;

/** Masks of two engines differ, so networks are measured without them. */
const withoutMasks = { dropout: 0, stochasticDepth: 0 };
const convolution = { batch: 8, channels: 64, size: 56, filter: 3 };

export const WORKS: readonly Work[] = [
  {
    kind: 'inference',
    name: 'resnet18-inference',
    title: 'ResNet-18 inference, 1x3x224x224',
    model: 'resnet18',
    options: {},
    batch: 1,
  },
  {
    kind: 'inference',
    name: 'mobilenetv2-inference',
    title: 'MobileNetV2 inference, 1x3x224x224',
    model: 'mobilenet_v2',
    options: {},
    batch: 1,
  },
  {
    kind: 'training',
    name: 'resnet18-training',
    title: 'ResNet-18 training step, 8x3x224x224',
    model: 'resnet18',
    options: {},
    batch: 8,
  },
  {
    kind: 'training',
    name: 'resnet18-training-32',
    title: 'ResNet-18 for 32x32, training step, batch 32',
    model: 'resnet18',
    options: { stem: 'cifar', imageSize: 32, classes: 10 },
    batch: 32,
  },
  {
    kind: 'training',
    name: 'resnet50-training',
    title: 'ResNet-50 training step, 4x3x224x224',
    model: 'resnet50',
    options: {},
    batch: 4,
  },
  {
    kind: 'training',
    name: 'efficientnet-b0-training',
    title: 'EfficientNet-B0 training step, 4x3x224x224',
    model: 'efficientnet_b0',
    options: withoutMasks,
    batch: 4,
  },
  {
    kind: 'forward',
    name: 'convolution-forward',
    title: '3x3 convolution 64->64, 56x56, batch 8, forward',
    ...convolution,
  },
  {
    kind: 'gradients',
    name: 'convolution-gradients',
    title: '3x3 convolution 64->64, 56x56, batch 8, both gradients',
    ...convolution,
  },
];

/** The step of every training work: SGD with momentum, without decay. */
export const STEP = { lr: 0.01, momentum: 0.9 } as const;
