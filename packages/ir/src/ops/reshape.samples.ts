import type { PrimitiveSample } from '../primitive.ts';
import { I32_EXTREMES, normal, truths, vector } from './sample-inputs.ts';

export const reshapeSamples: readonly PrimitiveSample<'reshape'>[] = [
  { name: 'flatten', op: 'reshape', attrs: { shape: [12] }, inputs: [normal([3, 4])], differentiable: true },
  { name: 'split', op: 'reshape', attrs: { shape: [2, 1, 3, 2] }, inputs: [normal([12])], differentiable: true },
  { name: 'to a scalar', op: 'reshape', attrs: { shape: [] }, inputs: [normal([1, 1])], differentiable: true },
  { name: 'regroup', op: 'reshape', attrs: { shape: [4, 3] }, inputs: [normal([2, 6])], differentiable: true },
  { name: 'empty', op: 'reshape', attrs: { shape: [3, 0] }, inputs: [normal([0, 5])], differentiable: true },
  {
    name: 'i32',
    op: 'reshape',
    attrs: { shape: [2, 4] },
    inputs: [vector(I32_EXTREMES, 'i32')],
    differentiable: false,
  },
  { name: 'bool', op: 'reshape', attrs: { shape: [3, 2] }, inputs: [truths([6])], differentiable: false },
];
