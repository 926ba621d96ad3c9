import type { PrimitiveSample } from '../primitive.ts';
import { I32_EXTREMES, integers, normal, vector } from './sample-inputs.ts';

export const concatSamples: readonly PrimitiveSample<'concat'>[] = [
  {
    name: 'channels',
    op: 'concat',
    attrs: { axis: 1 },
    inputs: [normal([2, 3, 2, 2]), normal([2, 1, 2, 2]), normal([2, 4, 2, 2])],
    differentiable: true,
  },
  {
    name: 'first axis',
    op: 'concat',
    attrs: { axis: 0 },
    inputs: [normal([2, 3]), normal([1, 3])],
    differentiable: true,
  },
  {
    name: 'last axis',
    op: 'concat',
    attrs: { axis: 2 },
    inputs: [normal([2, 2, 3]), normal([2, 2, 5])],
    differentiable: true,
  },
  { name: 'one', op: 'concat', attrs: { axis: 0 }, inputs: [normal([3])], differentiable: true },
  {
    name: 'with nothing',
    op: 'concat',
    attrs: { axis: 0 },
    inputs: [normal([2]), normal([0]), normal([3])],
    differentiable: true,
  },
  {
    name: 'many',
    op: 'concat',
    attrs: { axis: 1 },
    inputs: [
      normal([3, 1]),
      normal([3, 2]),
      normal([3, 1]),
      normal([3, 3]),
      normal([3, 1]),
      normal([3, 2]),
      normal([3, 1]),
      normal([3, 1]),
      normal([3, 2]),
    ],
    differentiable: true,
  },
  {
    name: 'i32',
    op: 'concat',
    attrs: { axis: 0 },
    inputs: [vector(I32_EXTREMES, 'i32'), integers([3], -5, 5)],
    differentiable: false,
  },
  {
    name: 'u8',
    op: 'concat',
    attrs: { axis: 0 },
    inputs: [integers([5, 3], 0, 256, 'u8'), integers([2, 3], 0, 256, 'u8')],
    differentiable: false,
  },
];
