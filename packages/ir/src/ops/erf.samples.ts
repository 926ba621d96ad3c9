import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, normal, uniform, vector } from './sample-inputs.ts';

export const erfSamples: readonly PrimitiveSample<'erf'>[] = [
  { name: 'matrix', op: 'erf', attrs: {}, inputs: [normal([3, 4])], differentiable: true },
  { name: 'odd shape', op: 'erf', attrs: {}, inputs: [normal([1, 5, 1, 3])], differentiable: true },
  { name: 'scalar', op: 'erf', attrs: {}, inputs: [normal([])], differentiable: true },
  { name: 'long vector', op: 'erf', attrs: {}, inputs: [normal([67])], differentiable: true },
  { name: 'empty', op: 'erf', attrs: {}, inputs: [normal([2, 0, 3])], differentiable: true },
  {
    name: 'extremes',
    op: 'erf',
    attrs: {},
    inputs: [vector([...EXTREMES, 1e-4, -1e-4, 0.01, 2, -2.9, 3, 4, -5, 7])],
    differentiable: false,
  },
  { name: 'both expansions', op: 'erf', attrs: {}, inputs: [uniform([40], -5, 5)], differentiable: true },
];
