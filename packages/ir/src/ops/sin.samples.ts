import type { PrimitiveSample } from '../primitive.ts';
import { normal, uniform, vector } from './sample-inputs.ts';

export const sinSamples: readonly PrimitiveSample<'sin'>[] = [
  { name: 'matrix', op: 'sin', attrs: {}, inputs: [normal([3, 4])], differentiable: true },
  { name: 'odd shape', op: 'sin', attrs: {}, inputs: [normal([1, 5, 1, 3])], differentiable: true },
  { name: 'scalar', op: 'sin', attrs: {}, inputs: [normal([])], differentiable: true },
  { name: 'long vector', op: 'sin', attrs: {}, inputs: [normal([67])], differentiable: true },
  { name: 'empty', op: 'sin', attrs: {}, inputs: [normal([2, 0, 3])], differentiable: true },
  {
    name: 'extremes',
    op: 'sin',
    attrs: {},
    inputs: [vector([0, -0, 1e-30, 1.5707964, 3.1415927, -3.1415927, 6.2831855, 25, -100, 1000])],
    differentiable: false,
  },
  { name: 'several periods', op: 'sin', attrs: {}, inputs: [uniform([40], -30, 30)], differentiable: true },
];
