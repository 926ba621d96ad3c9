import type { PrimitiveSample } from '../primitive.ts';
import { uniform, vector } from './sample-inputs.ts';

export const sqrtSamples: readonly PrimitiveSample<'sqrt'>[] = [
  { name: 'matrix', op: 'sqrt', attrs: {}, inputs: [uniform([3, 4], 0.2, 6)], differentiable: true },
  { name: 'odd shape', op: 'sqrt', attrs: {}, inputs: [uniform([1, 5, 1, 3], 0.2, 6)], differentiable: true },
  { name: 'scalar', op: 'sqrt', attrs: {}, inputs: [uniform([], 0.2, 6)], differentiable: true },
  { name: 'long vector', op: 'sqrt', attrs: {}, inputs: [uniform([67], 0.2, 6)], differentiable: true },
  { name: 'empty', op: 'sqrt', attrs: {}, inputs: [uniform([2, 0, 3], 0.2, 6)], differentiable: true },
  {
    name: 'extremes',
    op: 'sqrt',
    attrs: {},
    inputs: [vector([0, -0, 1, 2, 4, 1e-30, 1e30, 3e38, Infinity])],
    differentiable: false,
  },
  { name: 'negative', op: 'sqrt', attrs: {}, inputs: [vector([-1, -1e-30, -Infinity])], differentiable: false },
];
