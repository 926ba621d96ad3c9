import type { PrimitiveSample } from '../primitive.ts';
import { integers, normal } from './sample-inputs.ts';

export const transposeSamples: readonly PrimitiveSample<'transpose'>[] = [
  { name: 'matrix', op: 'transpose', attrs: { perm: [1, 0] }, inputs: [normal([3, 5])], differentiable: true },
  {
    name: 'NCHW to NHWC',
    op: 'transpose',
    attrs: { perm: [0, 2, 3, 1] },
    inputs: [normal([2, 3, 4, 5])],
    differentiable: true,
  },
  { name: 'rotation', op: 'transpose', attrs: { perm: [2, 0, 1] }, inputs: [normal([2, 3, 4])], differentiable: true },
  { name: 'identity', op: 'transpose', attrs: { perm: [0, 1] }, inputs: [normal([2, 3])], differentiable: true },
  { name: 'scalar', op: 'transpose', attrs: { perm: [] }, inputs: [normal([])], differentiable: true },
  { name: 'length 1', op: 'transpose', attrs: { perm: [1, 0, 2] }, inputs: [normal([1, 4, 1])], differentiable: true },
  { name: 'empty', op: 'transpose', attrs: { perm: [1, 0] }, inputs: [normal([0, 3])], differentiable: true },
  {
    name: 'u8',
    op: 'transpose',
    attrs: { perm: [1, 0] },
    inputs: [integers([3, 7], 0, 256, 'u8')],
    differentiable: false,
  },
];
