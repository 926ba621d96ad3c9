// The start of residual networks: from an image to the channels of the first stage.

import { maxPool2d, relu, type Tensor } from '@netwright/ir';
import { batchNormLayer } from '../layers/batch-norm-layer.ts';
import { conv2dLayer } from '../layers/conv2d-layer.ts';
import type { Layer } from '../layers/sequential.ts';

/**
 * `imagenet`: 7x7 with stride 2, then a 3x3 max pool with stride 2; `deep`: three 3x3, the first with stride 2, then the same pool (SENet-154);
 * `cifar`: 3x3 with stride 1, for images of about 32 pixels.
 */
export type ImageStemKind = 'imagenet' | 'deep' | 'cifar';

export interface ImageStemOptions {
  readonly kind: ImageStemKind;
  /** Output channels; the first two convolutions of `deep` have half as many. */
  readonly out: number;
  /** Scopes of convolution and norm. Default `conv1` and `bn1`; the convolutions of `deep` have a number before the last part: `stem.conv` makes `stem.0.conv`. */
  readonly names?: { readonly conv: string; readonly norm: string };
  /** Whether batch norm and relu follow each convolution; not before blocks that begin with them. Default true. */
  readonly activated?: boolean;
}

const NAMES = { conv: 'conv1', norm: 'bn1' };

/** The stem of a residual network on x [N, C, H, W]. */
export function imageStem(x: Tensor, { kind, out, names = NAMES, activated = true }: ImageStemOptions): Tensor {
  const conv = (y: Tensor, channels: number, kernel: number, stride: number, part?: number): Tensor => {
    const convolved = conv2dLayer(y, {
      name: numbered(names.conv, part),
      out: channels,
      kernel,
      stride,
      padding: (kernel - 1) / 2,
    });
    return activated ? relu(batchNormLayer(convolved, { name: numbered(names.norm, part) })) : convolved;
  };
  const pool: Layer = (y) => maxPool2d(y, { kernel: 3, stride: 2, padding: 1 });
  if (kind === 'cifar') return conv(x, out, 3, 1);
  if (kind === 'imagenet') return pool(conv(x, out, 7, 2));
  const half = Math.floor(out / 2);
  return pool(conv(conv(conv(x, half, 3, 2, 0), half, 3, 1, 1), out, 3, 1, 2));
}

function numbered(name: string, part: number | undefined): string {
  if (part === undefined) return name;
  const parts = name.split('.');
  return parts.toSpliced(parts.length - 1, 0, String(part)).join('.');
}
