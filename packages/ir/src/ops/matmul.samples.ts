import type { PrimitiveSample } from '../primitive.ts';
import { normal, values } from './sample-inputs.ts';

export const matmulSamples: readonly PrimitiveSample<'matmul'>[] = [
  { name: 'matrices', op: 'matmul', attrs: {}, inputs: [normal([3, 4]), normal([4, 5])], differentiable: true },
  { name: 'batch', op: 'matmul', attrs: {}, inputs: [normal([2, 3, 4]), normal([2, 4, 5])], differentiable: true },
  {
    name: 'two batch axes',
    op: 'matmul',
    attrs: {},
    inputs: [normal([2, 3, 2, 4]), normal([2, 3, 4, 3])],
    differentiable: true,
  },
  { name: 'row times column', op: 'matmul', attrs: {}, inputs: [normal([1, 7]), normal([7, 1])], differentiable: true },
  { name: 'outer product', op: 'matmul', attrs: {}, inputs: [normal([5, 1]), normal([1, 3])], differentiable: true },
  {
    name: 'no inner elements',
    op: 'matmul',
    attrs: {},
    inputs: [normal([2, 0]), normal([0, 3])],
    differentiable: true,
  },
  { name: 'no rows', op: 'matmul', attrs: {}, inputs: [normal([0, 3]), normal([3, 2])], differentiable: true },
  { name: 'odd sizes', op: 'matmul', attrs: {}, inputs: [normal([17, 33]), normal([33, 9])], differentiable: true },
  {
    name: 'infinities',
    op: 'matmul',
    attrs: {},
    inputs: [values([2, 2], [Infinity, 1, 1e30, -1e30]), values([2, 2], [1, 2, 3, -Infinity])],
    differentiable: false,
  },
];
