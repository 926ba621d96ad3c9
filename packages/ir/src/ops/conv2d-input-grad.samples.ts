import type { PrimitiveSample } from '../primitive.ts';
import { conv2dGeometries, convolvedShape } from './conv2d-geometries.ts';
import { normal } from './sample-inputs.ts';

export const conv2dInputGradSamples: readonly PrimitiveSample<'conv2dInputGrad'>[] = conv2dGeometries.map(
  (geometry) => ({
    name: geometry.name,
    op: 'conv2dInputGrad',
    attrs: { ...geometry.attrs, inputSize: [geometry.image[2], geometry.image[3]] },
    inputs: [normal(convolvedShape(geometry)), normal(geometry.weight)],
    differentiable: true,
  }),
);
