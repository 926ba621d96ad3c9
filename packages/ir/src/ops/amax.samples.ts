import type { PrimitiveSample } from '../primitive.ts';
import { I32_EXTREMES, normal, values } from './sample-inputs.ts';

export const amaxSamples: readonly PrimitiveSample<'amax'>[] = [
  { name: 'all', op: 'amax', attrs: { axes: [0, 1], keepDims: false }, inputs: [normal([3, 4])], differentiable: true },
  {
    name: 'last axis',
    op: 'amax',
    attrs: { axes: [2], keepDims: false },
    inputs: [normal([2, 3, 5])],
    differentiable: true,
  },
  {
    name: 'first axis',
    op: 'amax',
    attrs: { axes: [0], keepDims: false },
    inputs: [normal([7, 3])],
    differentiable: true,
  },
  {
    name: 'middle axis, kept',
    op: 'amax',
    attrs: { axes: [1], keepDims: true },
    inputs: [normal([2, 5, 3])],
    differentiable: true,
  },
  {
    name: 'outer axes, kept',
    op: 'amax',
    attrs: { axes: [0, 2, 3], keepDims: true },
    inputs: [normal([2, 3, 4, 5])],
    differentiable: true,
  },
  {
    name: 'outer axes',
    op: 'amax',
    attrs: { axes: [0, 2], keepDims: false },
    inputs: [normal([3, 2, 4])],
    differentiable: true,
  },
  {
    name: 'axis of length 1',
    op: 'amax',
    attrs: { axes: [1], keepDims: false },
    inputs: [normal([3, 1])],
    differentiable: true,
  },
  { name: 'long', op: 'amax', attrs: { axes: [1], keepDims: false }, inputs: [normal([2, 129])], differentiable: true },
  { name: 'no axes', op: 'amax', attrs: { axes: [], keepDims: false }, inputs: [normal([2, 3])], differentiable: true },
  {
    name: 'empty result',
    op: 'amax',
    attrs: { axes: [1], keepDims: false },
    inputs: [normal([0, 3])],
    differentiable: true,
  },
  {
    name: 'ties',
    op: 'amax',
    attrs: { axes: [1], keepDims: false },
    inputs: [values([3, 4], [1, 3, 3, 2, -1, -1, -1, -1, 0, -0, -5, -6])],
    differentiable: false,
  },
  {
    name: 'extremes',
    op: 'amax',
    attrs: { axes: [1], keepDims: false },
    inputs: [
      values([4, 3], [-Infinity, -3e38, -1e30, Infinity, 1, 2, -Infinity, -Infinity, -Infinity, -1e-30, 1e-30, 0]),
    ],
    differentiable: false,
  },
  {
    name: 'NaN',
    op: 'amax',
    attrs: { axes: [1], keepDims: false },
    inputs: [values([3, 3], [NaN, 1, 2, 1, NaN, 2, 1, Infinity, NaN])],
    differentiable: false,
  },
  {
    name: 'i32',
    op: 'amax',
    attrs: { axes: [1], keepDims: false },
    inputs: [values([2, 4], I32_EXTREMES, 'i32')],
    differentiable: false,
  },
];
