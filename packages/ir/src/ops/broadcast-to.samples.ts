import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, I32_EXTREMES, normal, truths, vector } from './sample-inputs.ts';

export const broadcastToSamples: readonly PrimitiveSample<'broadcastTo'>[] = [
  { name: 'scalar', op: 'broadcastTo', attrs: { shape: [3, 2] }, inputs: [normal([])], differentiable: true },
  { name: 'row', op: 'broadcastTo', attrs: { shape: [4, 3] }, inputs: [normal([3])], differentiable: true },
  { name: 'column', op: 'broadcastTo', attrs: { shape: [4, 3] }, inputs: [normal([4, 1])], differentiable: true },
  {
    name: 'channel',
    op: 'broadcastTo',
    attrs: { shape: [2, 3, 2, 2] },
    inputs: [normal([3, 1, 1])],
    differentiable: true,
  },
  {
    name: 'both ends',
    op: 'broadcastTo',
    attrs: { shape: [3, 4, 5] },
    inputs: [normal([1, 4, 1])],
    differentiable: true,
  },
  { name: 'same', op: 'broadcastTo', attrs: { shape: [2, 3] }, inputs: [normal([2, 3])], differentiable: true },
  { name: 'leading 1', op: 'broadcastTo', attrs: { shape: [1, 1, 3] }, inputs: [normal([3])], differentiable: true },
  { name: 'to nothing', op: 'broadcastTo', attrs: { shape: [0, 3] }, inputs: [normal([1, 3])], differentiable: true },
  { name: 'extremes', op: 'broadcastTo', attrs: { shape: [2, 14] }, inputs: [vector(EXTREMES)], differentiable: false },
  { name: 'bool', op: 'broadcastTo', attrs: { shape: [2, 3] }, inputs: [truths([3])], differentiable: false },
  {
    name: 'i32',
    op: 'broadcastTo',
    attrs: { shape: [3, 8] },
    inputs: [vector(I32_EXTREMES, 'i32')],
    differentiable: false,
  },
];
