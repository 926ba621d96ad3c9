import type { PrimitiveSample } from '../primitive.ts';
import { uniform, vector } from './sample-inputs.ts';

export const logSamples: readonly PrimitiveSample<'log'>[] = [
  { name: 'matrix', op: 'log', attrs: {}, inputs: [uniform([3, 4], 0.2, 6)], differentiable: true },
  { name: 'odd shape', op: 'log', attrs: {}, inputs: [uniform([1, 5, 1, 3], 0.2, 6)], differentiable: true },
  { name: 'scalar', op: 'log', attrs: {}, inputs: [uniform([], 0.2, 6)], differentiable: true },
  { name: 'long vector', op: 'log', attrs: {}, inputs: [uniform([67], 0.2, 6)], differentiable: true },
  { name: 'empty', op: 'log', attrs: {}, inputs: [uniform([2, 0, 3], 0.2, 6)], differentiable: true },
  {
    name: 'extremes',
    op: 'log',
    attrs: {},
    inputs: [vector([0, -0, 1, 2, 0.5, 1e-30, 1e-10, 0.999, 1.001, 1e30, 3e38, Infinity])],
    differentiable: false,
  },
  { name: 'negative', op: 'log', attrs: {}, inputs: [vector([-1, -1e-30, -Infinity])], differentiable: false },
];
