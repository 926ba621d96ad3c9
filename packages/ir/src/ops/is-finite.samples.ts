import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, normal, vector } from './sample-inputs.ts';

export const isFiniteSamples: readonly PrimitiveSample<'isFinite'>[] = [
  { name: 'matrix', op: 'isFinite', attrs: {}, inputs: [normal([3, 4])], differentiable: false },
  { name: 'odd shape', op: 'isFinite', attrs: {}, inputs: [normal([1, 5, 1, 3])], differentiable: false },
  { name: 'scalar', op: 'isFinite', attrs: {}, inputs: [normal([])], differentiable: false },
  { name: 'long vector', op: 'isFinite', attrs: {}, inputs: [normal([67])], differentiable: false },
  { name: 'empty', op: 'isFinite', attrs: {}, inputs: [normal([2, 0, 3])], differentiable: false },
  { name: 'extremes', op: 'isFinite', attrs: {}, inputs: [vector([...EXTREMES, NaN])], differentiable: false },
];
