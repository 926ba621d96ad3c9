import type { PrimitiveSample } from '../primitive.ts';
import { integers, normal, values, vector } from './sample-inputs.ts';

export const gatherAdjointSamples: readonly PrimitiveSample<'gatherAdjoint'>[] = [
  {
    name: 'rows',
    op: 'gatherAdjoint',
    attrs: { axis: 0, size: 5 },
    inputs: [normal([4, 3]), integers([4], 0, 5)],
    differentiable: true,
  },
  {
    name: 'columns',
    op: 'gatherAdjoint',
    attrs: { axis: 1, size: 6 },
    inputs: [normal([3, 4]), integers([4], 0, 6)],
    differentiable: true,
  },
  {
    name: 'matrix of indices',
    op: 'gatherAdjoint',
    attrs: { axis: 1, size: 5 },
    inputs: [normal([2, 2, 3, 3]), integers([2, 3], 0, 5)],
    differentiable: true,
  },
  {
    name: 'scalar index',
    op: 'gatherAdjoint',
    attrs: { axis: 0, size: 4 },
    inputs: [normal([2]), values([], [2], 'i32')],
    differentiable: true,
  },
  {
    name: 'repeated',
    op: 'gatherAdjoint',
    attrs: { axis: 0, size: 3 },
    inputs: [normal([5]), vector([1, 1, 1, 0, 1], 'i32')],
    differentiable: true,
  },
  {
    name: 'outside',
    op: 'gatherAdjoint',
    attrs: { axis: 0, size: 3 },
    inputs: [normal([5, 2]), vector([-1, 0, 3, 2, 100], 'i32')],
    differentiable: true,
  },
  {
    name: 'no indices',
    op: 'gatherAdjoint',
    attrs: { axis: 0, size: 3 },
    inputs: [normal([0, 2]), integers([0], 0, 1)],
    differentiable: true,
  },
];
