// Shapes and attributes on which the pools are sampled.

import { tensorType } from '../tensor-type.ts';
import type { Pool2dAttrs } from './attributes.ts';
import { pooledType } from './pool2d-shape.ts';

export interface Pool2dGeometry {
  readonly name: string;
  readonly image: readonly [number, number, number, number];
  readonly attrs: Pool2dAttrs;
}

const PLAIN: Pool2dAttrs = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], ceilMode: false };

export const pool2dGeometries: readonly Pool2dGeometry[] = [
  { name: '2x2', image: [2, 3, 6, 4], attrs: PLAIN },
  { name: '2x2 with a row and column left over', image: [1, 2, 5, 7], attrs: PLAIN },
  { name: '2x2, ceiling', image: [1, 2, 5, 7], attrs: { ...PLAIN, ceilMode: true } },
  { name: '3x3, stride 2, padding 1', image: [2, 2, 7, 8], attrs: { ...PLAIN, kernel: [3, 3], padding: [1, 1, 1, 1] } },
  {
    name: '3x3, stride 2, padding 1, ceiling',
    image: [1, 3, 6, 8],
    attrs: { ...PLAIN, kernel: [3, 3], padding: [1, 1, 1, 1], ceilMode: true },
  },
  {
    name: '3x3, stride 1',
    image: [1, 2, 5, 4],
    attrs: { ...PLAIN, kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1] },
  },
  {
    name: 'uneven window, stride and padding',
    image: [1, 2, 6, 9],
    attrs: { ...PLAIN, kernel: [2, 5], stride: [3, 2], padding: [1, 0, 0, 2] },
  },
  { name: 'stride larger than the window', image: [1, 1, 7, 7], attrs: { ...PLAIN, stride: [3, 4] } },
  {
    name: 'ceiling whose last window would begin in the padding',
    image: [1, 2, 4, 4],
    attrs: { ...PLAIN, padding: [1, 1, 1, 1], ceilMode: true },
  },
  { name: 'whole image', image: [2, 5, 4, 3], attrs: { ...PLAIN, kernel: [4, 3], stride: [1, 1] } },
  { name: 'one pixel', image: [2, 3, 3, 2], attrs: { ...PLAIN, kernel: [1, 1], stride: [1, 1] } },
];

/** Shape of the pooled image. */
export function pooledShape({ image, attrs }: Pool2dGeometry): readonly (number | string)[] {
  return pooledType('pool2d', [tensorType('f32', image)], attrs, 'f32', 1).shape;
}
