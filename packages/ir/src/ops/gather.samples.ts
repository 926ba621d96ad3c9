import type { PrimitiveSample } from '../primitive.ts';
import { I32_EXTREMES, integers, normal, values, vector } from './sample-inputs.ts';

export const gatherSamples: readonly PrimitiveSample<'gather'>[] = [
  {
    name: 'rows',
    op: 'gather',
    attrs: { axis: 0 },
    inputs: [normal([5, 3]), integers([4], 0, 5)],
    differentiable: true,
  },
  {
    name: 'columns',
    op: 'gather',
    attrs: { axis: 1 },
    inputs: [normal([3, 6]), integers([4], 0, 6)],
    differentiable: true,
  },
  {
    name: 'matrix of indices',
    op: 'gather',
    attrs: { axis: 1 },
    inputs: [normal([2, 5, 3]), integers([2, 3], 0, 5)],
    differentiable: true,
  },
  {
    name: 'scalar index',
    op: 'gather',
    attrs: { axis: 0 },
    inputs: [normal([4, 2]), values([], [2], 'i32')],
    differentiable: true,
  },
  {
    name: 'repeated',
    op: 'gather',
    attrs: { axis: 0 },
    inputs: [normal([3]), vector([1, 1, 1, 0, 1], 'i32')],
    differentiable: true,
  },
  {
    name: 'outside',
    op: 'gather',
    attrs: { axis: 0 },
    inputs: [normal([3, 2]), vector([-1, 0, 3, 2, 100, -2147483648, 2147483647], 'i32')],
    differentiable: true,
  },
  {
    name: 'no indices',
    op: 'gather',
    attrs: { axis: 0 },
    inputs: [normal([3, 2]), integers([0], 0, 1)],
    differentiable: true,
  },
  {
    name: 'u8',
    op: 'gather',
    attrs: { axis: 0 },
    inputs: [integers([6, 5], 0, 256, 'u8'), integers([4], 0, 6)],
    differentiable: false,
  },
  {
    name: 'i32',
    op: 'gather',
    attrs: { axis: 0 },
    inputs: [vector(I32_EXTREMES, 'i32'), integers([6], 0, 8)],
    differentiable: false,
  },
];
