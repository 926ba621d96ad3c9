import type { PrimitiveSample } from '../primitive.ts';
import { values } from './sample-inputs.ts';

export const randomSamples: readonly PrimitiveSample<'random'>[] = [
  {
    name: 'zero key',
    op: 'random',
    attrs: { shape: [13], stream: 0 },
    inputs: [values([], [0], 'i32'), values([], [0], 'i32'), values([], [0], 'i32')],
    differentiable: false,
  },
  {
    name: 'matrix',
    op: 'random',
    attrs: { shape: [5, 7], stream: 2166136261 },
    inputs: [values([], [42], 'i32'), values([], [1000], 'i32'), values([], [0], 'i32')],
    differentiable: false,
  },
  {
    name: 'negative seed',
    op: 'random',
    attrs: { shape: [2, 3, 4, 5], stream: 4294967295 },
    inputs: [values([], [-1], 'i32'), values([], [2147483647], 'i32'), values([], [0], 'i32')],
    differentiable: false,
  },
  {
    name: 'offset of a fixed shape counts for nothing',
    op: 'random',
    attrs: { shape: [4, 4], stream: 77 },
    inputs: [values([], [-2147483648], 'i32'), values([], [1], 'i32'), values([], [3], 'i32')],
    differentiable: false,
  },
  {
    name: 'scalar',
    op: 'random',
    attrs: { shape: [], stream: 1 },
    inputs: [values([], [7], 'i32'), values([], [7], 'i32'), values([], [7], 'i32')],
    differentiable: false,
  },
];
