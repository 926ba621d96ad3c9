import type { PrimitiveSample } from '../primitive.ts';
import { normal, uniform, vector } from './sample-inputs.ts';

export const cosSamples: readonly PrimitiveSample<'cos'>[] = [
  { name: 'matrix', op: 'cos', attrs: {}, inputs: [normal([3, 4])], differentiable: true },
  { name: 'odd shape', op: 'cos', attrs: {}, inputs: [normal([1, 5, 1, 3])], differentiable: true },
  { name: 'scalar', op: 'cos', attrs: {}, inputs: [normal([])], differentiable: true },
  { name: 'long vector', op: 'cos', attrs: {}, inputs: [normal([67])], differentiable: true },
  { name: 'empty', op: 'cos', attrs: {}, inputs: [normal([2, 0, 3])], differentiable: true },
  {
    name: 'extremes',
    op: 'cos',
    attrs: {},
    inputs: [vector([0, -0, 1e-30, 1.5707964, 3.1415927, -3.1415927, 6.2831855, 25, -100, 1000])],
    differentiable: false,
  },
  { name: 'several periods', op: 'cos', attrs: {}, inputs: [uniform([40], -30, 30)], differentiable: true },
];
