import type { PrimitiveSample } from '../primitive.ts';
import { conv2dGeometries } from './conv2d-geometries.ts';
import { normal, values } from './sample-inputs.ts';

export const conv2dSamples: readonly PrimitiveSample<'conv2d'>[] = [
  ...conv2dGeometries.map(
    ({ name, image, weight, attrs }) =>
      ({ name, op: 'conv2d', attrs, inputs: [normal(image), normal(weight)], differentiable: true }) as const,
  ),
  {
    name: 'large and tiny values',
    op: 'conv2d',
    attrs: { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 },
    inputs: [values([1, 1, 2, 3], [1e30, -1e30, 1e-30, 0, -0, 3]), values([1, 1, 1, 1], [-1e-5])],
    differentiable: false,
  },
];
