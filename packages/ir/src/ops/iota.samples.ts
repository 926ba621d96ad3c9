import type { PrimitiveSample } from '../primitive.ts';

export const iotaSamples: readonly PrimitiveSample<'iota'>[] = [
  { name: 'vector', op: 'iota', attrs: { shape: [9], axis: 0 }, inputs: [], differentiable: false },
  { name: 'first axis', op: 'iota', attrs: { shape: [4, 3, 2], axis: 0 }, inputs: [], differentiable: false },
  { name: 'middle axis', op: 'iota', attrs: { shape: [2, 5, 3], axis: 1 }, inputs: [], differentiable: false },
  { name: 'last axis', op: 'iota', attrs: { shape: [3, 1, 6], axis: 2 }, inputs: [], differentiable: false },
  { name: 'empty', op: 'iota', attrs: { shape: [0, 3], axis: 1 }, inputs: [], differentiable: false },
];
