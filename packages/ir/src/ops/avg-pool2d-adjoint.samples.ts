import type { PrimitiveSample } from '../primitive.ts';
import { pool2dGeometries, pooledShape } from './pool2d-geometries.ts';
import { normal } from './sample-inputs.ts';

export const avgPool2dAdjointSamples: readonly PrimitiveSample<'avgPool2dAdjoint'>[] = pool2dGeometries.flatMap(
  (geometry) =>
    [true, false].map((countIncludePad) => ({
      name: countIncludePad ? geometry.name : `${geometry.name}, padding not counted`,
      op: 'avgPool2dAdjoint',
      attrs: { ...geometry.attrs, countIncludePad, inputSize: [geometry.image[2], geometry.image[3]] },
      inputs: [normal(pooledShape(geometry))],
      differentiable: true,
    })),
);
