import type { PrimitiveSample } from '../primitive.ts';
import { I32_EXTREMES, normal, values, vector } from './sample-inputs.ts';

export const argmaxSamples: readonly PrimitiveSample<'argmax'>[] = [
  { name: 'last axis', op: 'argmax', attrs: { axis: 1 }, inputs: [normal([4, 10])], differentiable: false },
  { name: 'first axis', op: 'argmax', attrs: { axis: 0 }, inputs: [normal([5, 3])], differentiable: false },
  { name: 'middle axis', op: 'argmax', attrs: { axis: 1 }, inputs: [normal([2, 7, 3])], differentiable: false },
  { name: 'vector', op: 'argmax', attrs: { axis: 0 }, inputs: [normal([67])], differentiable: false },
  {
    name: 'ties',
    op: 'argmax',
    attrs: { axis: 1 },
    inputs: [values([3, 4], [1, 3, 3, 2, -1, -1, -1, -1, 0, -0, 0, -6])],
    differentiable: false,
  },
  {
    name: 'infinities',
    op: 'argmax',
    attrs: { axis: 1 },
    inputs: [values([3, 3], [-Infinity, -Infinity, -3e38, 1, Infinity, Infinity, -Infinity, -Infinity, -Infinity])],
    differentiable: false,
  },
  {
    name: 'NaN',
    op: 'argmax',
    attrs: { axis: 1 },
    inputs: [values([3, 3], [1, NaN, NaN, Infinity, 2, NaN, NaN, 3, Infinity])],
    differentiable: false,
  },
  { name: 'i32', op: 'argmax', attrs: { axis: 0 }, inputs: [vector(I32_EXTREMES, 'i32')], differentiable: false },
];
