import type { PrimitiveSample } from '../primitive.ts';
import { I32_EXTREMES, normal, vector } from './sample-inputs.ts';

export const sliceSamples: readonly PrimitiveSample<'slice'>[] = [
  {
    name: 'vector',
    op: 'slice',
    attrs: { starts: [2], ends: [7], steps: [1] },
    inputs: [normal([9])],
    differentiable: true,
  },
  {
    name: 'step',
    op: 'slice',
    attrs: { starts: [1], ends: [9], steps: [3] },
    inputs: [normal([10])],
    differentiable: true,
  },
  {
    name: 'step to the end',
    op: 'slice',
    attrs: { starts: [0], ends: [9], steps: [2] },
    inputs: [normal([9])],
    differentiable: true,
  },
  {
    name: 'window',
    op: 'slice',
    attrs: { starts: [0, 1, 2], ends: [2, 3, 5], steps: [1, 1, 2] },
    inputs: [normal([2, 4, 6])],
    differentiable: true,
  },
  {
    name: 'whole',
    op: 'slice',
    attrs: { starts: [0, 0], ends: [2, 3], steps: [1, 1] },
    inputs: [normal([2, 3])],
    differentiable: true,
  },
  {
    name: 'step beyond the end',
    op: 'slice',
    attrs: { starts: [1], ends: [4], steps: [5] },
    inputs: [normal([6])],
    differentiable: true,
  },
  {
    name: 'nothing',
    op: 'slice',
    attrs: { starts: [2, 0], ends: [2, 3], steps: [1, 1] },
    inputs: [normal([4, 3])],
    differentiable: true,
  },
  {
    name: 'scalar',
    op: 'slice',
    attrs: { starts: [], ends: [], steps: [] },
    inputs: [normal([])],
    differentiable: true,
  },
  {
    name: 'channels',
    op: 'slice',
    attrs: { starts: [0, 1, 0, 0], ends: [2, 3, 3, 3], steps: [1, 1, 1, 1] },
    inputs: [normal([2, 4, 3, 3])],
    differentiable: true,
  },
  {
    name: 'i32',
    op: 'slice',
    attrs: { starts: [1], ends: [8], steps: [2] },
    inputs: [vector(I32_EXTREMES, 'i32')],
    differentiable: false,
  },
];
