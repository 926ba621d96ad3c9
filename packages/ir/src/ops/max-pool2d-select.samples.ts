import type { PrimitiveSample } from '../primitive.ts';
import { maxPool2dGeometries, unpaddedMaxPool2dGeometries } from './max-pool2d-geometries.ts';
import { pooledShape } from './pool2d-geometries.ts';
import { integers, normal } from './sample-inputs.ts';

export const maxPool2dSelectSamples: readonly PrimitiveSample<'maxPool2dSelect'>[] = [
  ...unpaddedMaxPool2dGeometries.map((geometry) => {
    const { name, image, attrs } = geometry;
    const indices = integers(pooledShape(geometry), 0, attrs.kernel[0] * attrs.kernel[1]);
    return { name, op: 'maxPool2dSelect', attrs, inputs: [normal(image), indices], differentiable: true } as const;
  }),
  ...maxPool2dGeometries
    .filter(({ name }) => name === '3x3, stride 2, padding 1')
    .map((geometry) => {
      const { name, image, attrs } = geometry;
      const middle = integers(pooledShape(geometry), 4, 5);
      return { name, op: 'maxPool2dSelect', attrs, inputs: [normal(image), middle], differentiable: true } as const;
    }),
];
