import type { PrimitiveSample } from '../primitive.ts';
import { I32_EXTREMES, integers, normal, truths, vector } from './sample-inputs.ts';

export const whereSamples: readonly PrimitiveSample<'where'>[] = [
  {
    name: 'matrix',
    op: 'where',
    attrs: {},
    inputs: [truths([3, 4]), normal([3, 4]), normal([3, 4])],
    differentiable: true,
  },
  {
    name: 'odd shape',
    op: 'where',
    attrs: {},
    inputs: [truths([1, 5, 1, 3]), normal([1, 5, 1, 3]), normal([1, 5, 1, 3])],
    differentiable: true,
  },
  { name: 'scalar', op: 'where', attrs: {}, inputs: [truths([]), normal([]), normal([])], differentiable: true },
  {
    name: 'long vector',
    op: 'where',
    attrs: {},
    inputs: [truths([67]), normal([67]), normal([67])],
    differentiable: true,
  },
  {
    name: 'empty',
    op: 'where',
    attrs: {},
    inputs: [truths([2, 0, 3]), normal([2, 0, 3]), normal([2, 0, 3])],
    differentiable: true,
  },
  {
    name: 'extremes',
    op: 'where',
    attrs: {},
    inputs: [
      vector([1, 0, 1, 0, 1, 0], 'bool'),
      vector([Infinity, 1, -0, NaN, 3e38, NaN]),
      vector([NaN, -Infinity, NaN, 0, NaN, -1e-30]),
    ],
    differentiable: false,
  },
  {
    name: 'i32',
    op: 'where',
    attrs: {},
    inputs: [truths([8]), vector(I32_EXTREMES, 'i32'), integers([8], -9, 9)],
    differentiable: false,
  },
  {
    name: 'u8',
    op: 'where',
    attrs: {},
    inputs: [truths([8]), integers([8], 0, 256, 'u8'), integers([8], 0, 256, 'u8')],
    differentiable: false,
  },
  { name: 'bool', op: 'where', attrs: {}, inputs: [truths([8]), truths([8]), truths([8])], differentiable: false },
];
