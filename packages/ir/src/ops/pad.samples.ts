import type { PrimitiveSample } from '../primitive.ts';
import { I32_EXTREMES, normal, truths, vector } from './sample-inputs.ts';

export const padSamples: readonly PrimitiveSample<'pad'>[] = [
  {
    name: 'image',
    op: 'pad',
    attrs: { before: [0, 0, 1, 2], after: [0, 0, 2, 1], interior: [0, 0, 0, 0], value: 0 },
    inputs: [normal([2, 2, 3, 4])],
    differentiable: true,
  },
  {
    name: 'one side',
    op: 'pad',
    attrs: { before: [3], after: [0], interior: [0], value: 0 },
    inputs: [normal([4])],
    differentiable: true,
  },
  {
    name: 'interior',
    op: 'pad',
    attrs: { before: [1, 0], after: [0, 2], interior: [2, 1], value: 0 },
    inputs: [normal([3, 4])],
    differentiable: true,
  },
  {
    name: 'value',
    op: 'pad',
    attrs: { before: [1, 1], after: [1, 1], interior: [0, 0], value: -2.5 },
    inputs: [normal([2, 3])],
    differentiable: true,
  },
  {
    name: '-Infinity',
    op: 'pad',
    attrs: { before: [1], after: [1], interior: [1], value: -Infinity },
    inputs: [normal([3])],
    differentiable: false,
  },
  {
    name: 'nothing',
    op: 'pad',
    attrs: { before: [0, 0], after: [0, 0], interior: [0, 0], value: 0 },
    inputs: [normal([2, 3])],
    differentiable: true,
  },
  {
    name: 'of nothing',
    op: 'pad',
    attrs: { before: [2], after: [1], interior: [3], value: 0 },
    inputs: [normal([0])],
    differentiable: true,
  },
  {
    name: 'scalar',
    op: 'pad',
    attrs: { before: [], after: [], interior: [], value: 0 },
    inputs: [normal([])],
    differentiable: true,
  },
  {
    name: 'length 1',
    op: 'pad',
    attrs: { before: [0, 2], after: [1, 0], interior: [4, 4], value: 0 },
    inputs: [normal([1, 1])],
    differentiable: true,
  },
  {
    name: 'i32',
    op: 'pad',
    attrs: { before: [1], after: [2], interior: [1], value: -7 },
    inputs: [vector(I32_EXTREMES, 'i32')],
    differentiable: false,
  },
  {
    name: 'bool',
    op: 'pad',
    attrs: { before: [1], after: [1], interior: [0], value: 1 },
    inputs: [truths([5])],
    differentiable: false,
  },
];
