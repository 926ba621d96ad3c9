import type { PrimitiveSample } from '../primitive.ts';
import { truths } from './sample-inputs.ts';

export const notSamples: readonly PrimitiveSample<'not'>[] = [
  { name: 'matrix', op: 'not', attrs: {}, inputs: [truths([3, 4])], differentiable: false },
  { name: 'odd shape', op: 'not', attrs: {}, inputs: [truths([1, 5, 1, 3])], differentiable: false },
  { name: 'scalar', op: 'not', attrs: {}, inputs: [truths([])], differentiable: false },
  { name: 'long vector', op: 'not', attrs: {}, inputs: [truths([67])], differentiable: false },
  { name: 'empty', op: 'not', attrs: {}, inputs: [truths([2, 0, 3])], differentiable: false },
];
