// The start of residual networks: from an image to the channels of the first stage.

import { maxPool2d, relu, type Tensor } from '@netwright/ir';
import { batchNormLayer } from '../layers/batch-norm-layer.ts';
import { conv2dLayer } from '../layers/conv2d-layer.ts';

/**
 * `imagenet`: 7x7 with stride 2, then a 3x3 max pool with stride 2; `deep`: three 3x3, the first with stride 2, then the same pool (SENet-154);
 * `cifar`: 3x3 with stride 1, for images of about 32 pixels.
 */
export type ImageStemKind = 'imagenet' | 'deep' | 'cifar';

/** Scopes of a convolution and its norm. */
export interface StemNames {
  readonly conv: string;
  readonly norm: string;
}

/** Which stem, how wide, and under which names. */
export interface ImageStemOptions {
  readonly kind: ImageStemKind;
  /** Output channels; the first two convolutions of `deep` have half as many. */
  readonly out: number;
  /** Of each convolution in turn. Default torchvision's `conv1` and `bn1`; of `deep` timm's `conv1.0` and `conv1.1`, `conv1.3` and `conv1.4`, `conv1.6` and `bn1`. */
  readonly names?: readonly StemNames[];
  /** Whether batch norm and relu follow each convolution; not before blocks that begin with them. Default true. */
  readonly activated?: boolean;
}

interface StemConv {
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
}

const NAMES: readonly StemNames[] = [{ conv: 'conv1', norm: 'bn1' }];

const DEEP_NAMES: readonly StemNames[] = [
  { conv: 'conv1.0', norm: 'conv1.1' },
  { conv: 'conv1.3', norm: 'conv1.4' },
  { conv: 'conv1.6', norm: 'bn1' },
];

/** The stem of a residual network on x [N, C, H, W]. */
export function imageStem(x: Tensor, { kind, out, names, activated = true }: ImageStemOptions): Tensor {
  const scopes = names ?? (kind === 'deep' ? DEEP_NAMES : NAMES);
  const y = convolutions(kind, out).reduce((input, layer, index) => {
    const { conv: name, norm } = scopes[index];
    const convolved = conv2dLayer(input, { ...layer, name, padding: (layer.kernel - 1) / 2 });
    return activated ? relu(batchNormLayer(convolved, { name: norm })) : convolved;
  }, x);
  return kind === 'cifar' ? y : maxPool2d(y, { kernel: 3, stride: 2, padding: 1 });
}

function convolutions(kind: ImageStemKind, out: number): readonly StemConv[] {
  if (kind === 'cifar') return [{ out, kernel: 3, stride: 1 }];
  if (kind === 'imagenet') return [{ out, kernel: 7, stride: 2 }];
  const half = Math.floor(out / 2);
  return [
    { out: half, kernel: 3, stride: 2 },
    { out: half, kernel: 3, stride: 1 },
    { out, kernel: 3, stride: 1 },
  ];
}
