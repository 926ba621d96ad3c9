import type { PrimitiveSample } from '../primitive.ts';
import { conv2dGeometries, convolvedShape } from './conv2d-geometries.ts';
import { normal } from './sample-inputs.ts';

export const conv2dWeightGradSamples: readonly PrimitiveSample<'conv2dWeightGrad'>[] = conv2dGeometries.map(
  (geometry) => ({
    name: geometry.name,
    op: 'conv2dWeightGrad',
    attrs: { ...geometry.attrs, kernel: [geometry.weight[2], geometry.weight[3]] },
    inputs: [normal(geometry.image), normal(convolvedShape(geometry))],
    differentiable: true,
  }),
);
