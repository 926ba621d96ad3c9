// Shapes and attributes on which maxPool2d and its parts are sampled.

import type { MaxPool2dAttrs } from './attributes.ts';
import { pool2dGeometries, type Pool2dGeometry } from './pool2d-geometries.ts';

export interface MaxPool2dGeometry extends Pool2dGeometry {
  readonly attrs: MaxPool2dAttrs;
}

export const maxPool2dGeometries: readonly MaxPool2dGeometry[] = [
  ...pool2dGeometries.map((geometry) => ({
    ...geometry,
    attrs: { ...geometry.attrs, dilation: [1, 1] } as const,
  })),
  {
    name: 'dilation',
    image: [1, 2, 8, 9],
    attrs: { kernel: [3, 2], stride: [2, 1], padding: [2, 1, 1, 2], dilation: [2, 3], ceilMode: false },
  },
  {
    name: 'dilation, ceiling',
    image: [1, 1, 8, 8],
    attrs: { kernel: [2, 2], stride: [3, 3], padding: [0, 0, 0, 0], dilation: [3, 3], ceilMode: true },
  },
];

/** Those whose every tap lies inside the image, so that any index names an element. */
export const unpaddedMaxPool2dGeometries: readonly MaxPool2dGeometry[] = maxPool2dGeometries.filter(
  ({ attrs: { padding, ceilMode } }) => !ceilMode && padding.every((size) => size === 0),
);
