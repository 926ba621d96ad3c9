import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, normal, vector } from './sample-inputs.ts';

export const tanhSamples: readonly PrimitiveSample<'tanh'>[] = [
  { name: 'matrix', op: 'tanh', attrs: {}, inputs: [normal([3, 4])], differentiable: true },
  { name: 'odd shape', op: 'tanh', attrs: {}, inputs: [normal([1, 5, 1, 3])], differentiable: true },
  { name: 'scalar', op: 'tanh', attrs: {}, inputs: [normal([])], differentiable: true },
  { name: 'long vector', op: 'tanh', attrs: {}, inputs: [normal([67])], differentiable: true },
  { name: 'empty', op: 'tanh', attrs: {}, inputs: [normal([2, 0, 3])], differentiable: true },
  {
    name: 'extremes',
    op: 'tanh',
    attrs: {},
    inputs: [vector([...EXTREMES, 1e-4, -1e-4, 0.01, 9, -9, 20, -20])],
    differentiable: false,
  },
];
