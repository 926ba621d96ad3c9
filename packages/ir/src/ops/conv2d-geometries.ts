// Shapes and attributes on which the three convolutions are sampled.

import type { Conv2dAttrs } from './attributes.ts';
import { conv2dPrimitive } from './conv2d.ts';
import { tensorType } from '../tensor-type.ts';

export interface Conv2dGeometry {
  readonly name: string;
  readonly image: readonly [number, number, number, number];
  readonly weight: readonly [number, number, number, number];
  readonly attrs: Conv2dAttrs;
}

const PLAIN: Conv2dAttrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 };

export const conv2dGeometries: readonly Conv2dGeometry[] = [
  { name: '3x3', image: [2, 3, 5, 6], weight: [4, 3, 3, 3], attrs: { ...PLAIN, padding: [1, 1, 1, 1] } },
  { name: '1x1', image: [2, 5, 3, 4], weight: [3, 5, 1, 1], attrs: PLAIN },
  { name: '1x1, stride 2', image: [1, 3, 5, 4], weight: [2, 3, 1, 1], attrs: { ...PLAIN, stride: [2, 2] } },
  { name: 'uneven padding', image: [1, 2, 4, 5], weight: [3, 2, 3, 2], attrs: { ...PLAIN, padding: [0, 1, 2, 0] } },
  { name: 'uneven stride', image: [2, 2, 8, 9], weight: [2, 2, 3, 3], attrs: { ...PLAIN, stride: [2, 3] } },
  {
    name: 'stride 2 with rows left over',
    image: [1, 2, 6, 8],
    weight: [3, 2, 3, 3],
    attrs: { ...PLAIN, stride: [2, 2], padding: [1, 1, 0, 0] },
  },
  {
    name: 'dilation',
    image: [1, 2, 7, 8],
    weight: [2, 2, 3, 2],
    attrs: { ...PLAIN, dilation: [2, 3], padding: [2, 1, 2, 1] },
  },
  {
    name: 'dilation and stride',
    image: [1, 2, 9, 9],
    weight: [2, 2, 3, 3],
    attrs: { ...PLAIN, stride: [2, 2], dilation: [2, 2], padding: [1, 1, 2, 2] },
  },
  { name: 'groups', image: [2, 4, 4, 4], weight: [6, 2, 3, 3], attrs: { ...PLAIN, padding: [1, 1, 1, 1], groups: 2 } },
  {
    name: 'depthwise',
    image: [1, 5, 5, 5],
    weight: [5, 1, 3, 3],
    attrs: { ...PLAIN, padding: [1, 1, 1, 1], groups: 5 },
  },
  {
    name: 'depthwise, stride 2, two outputs for each channel',
    image: [2, 3, 6, 5],
    weight: [6, 1, 3, 3],
    attrs: { ...PLAIN, stride: [2, 2], padding: [1, 1, 1, 1], groups: 3 },
  },
  {
    name: 'window larger than the image',
    image: [1, 2, 2, 3],
    weight: [2, 2, 5, 5],
    attrs: { ...PLAIN, padding: [2, 2, 2, 2] },
  },
  { name: 'window of the whole image', image: [2, 3, 4, 3], weight: [5, 3, 4, 3], attrs: PLAIN },
  { name: 'row', image: [1, 2, 3, 9], weight: [2, 2, 1, 7], attrs: { ...PLAIN, padding: [0, 3, 0, 3] } },
  {
    name: 'windows of padding alone',
    image: [1, 1, 3, 3],
    weight: [2, 1, 2, 2],
    attrs: { ...PLAIN, padding: [3, 3, 3, 3] },
  },
  { name: 'one pixel', image: [3, 4, 1, 1], weight: [2, 4, 3, 3], attrs: { ...PLAIN, padding: [1, 1, 1, 1] } },
  { name: 'many channels', image: [1, 17, 4, 5], weight: [19, 17, 3, 3], attrs: { ...PLAIN, padding: [1, 1, 1, 1] } },
];

/** Shape of the convolution's result. */
export function convolvedShape({ image, weight, attrs }: Conv2dGeometry): readonly (number | string)[] {
  return conv2dPrimitive.infer([tensorType('f32', image), tensorType('f32', weight)], attrs).shape;
}
