import type { PrimitiveSample } from '../primitive.ts';
import { normal, vector } from './sample-inputs.ts';

export const expSamples: readonly PrimitiveSample<'exp'>[] = [
  { name: 'matrix', op: 'exp', attrs: {}, inputs: [normal([3, 4])], differentiable: true },
  { name: 'odd shape', op: 'exp', attrs: {}, inputs: [normal([1, 5, 1, 3])], differentiable: true },
  { name: 'scalar', op: 'exp', attrs: {}, inputs: [normal([])], differentiable: true },
  { name: 'long vector', op: 'exp', attrs: {}, inputs: [normal([67])], differentiable: true },
  { name: 'empty', op: 'exp', attrs: {}, inputs: [normal([2, 0, 3])], differentiable: true },
  {
    name: 'extremes',
    op: 'exp',
    attrs: {},
    inputs: [vector([0, -0, 1, -1, 1e-30, 20, -20, 80, -80, 100, -200, 3e38, -3e38, Infinity, -Infinity])],
    differentiable: false,
  },
];
