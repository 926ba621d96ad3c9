import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, I32_EXTREMES, normal, pairs, vector } from './sample-inputs.ts';

export const minimumSamples: readonly PrimitiveSample<'minimum'>[] = [
  { name: 'matrix', op: 'minimum', attrs: {}, inputs: [normal([3, 4]), normal([3, 4])], differentiable: true },
  {
    name: 'odd shape',
    op: 'minimum',
    attrs: {},
    inputs: [normal([1, 5, 1, 3]), normal([1, 5, 1, 3])],
    differentiable: true,
  },
  { name: 'scalar', op: 'minimum', attrs: {}, inputs: [normal([]), normal([])], differentiable: true },
  { name: 'long vector', op: 'minimum', attrs: {}, inputs: [normal([67]), normal([67])], differentiable: true },
  { name: 'empty', op: 'minimum', attrs: {}, inputs: [normal([2, 0, 3]), normal([2, 0, 3])], differentiable: true },
  { name: 'extremes', op: 'minimum', attrs: {}, inputs: [...pairs(EXTREMES)], differentiable: false },
  {
    name: 'ties',
    op: 'minimum',
    attrs: {},
    inputs: [vector([1, -2, 0, 3]), vector([1, -2, -0, 4])],
    differentiable: false,
  },
  { name: 'i32', op: 'minimum', attrs: {}, inputs: [...pairs(I32_EXTREMES, 'i32')], differentiable: false },
  { name: 'NaN', op: 'minimum', attrs: {}, inputs: [...pairs([NaN, 1, -Infinity])], differentiable: false },
];
