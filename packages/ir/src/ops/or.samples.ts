import type { PrimitiveSample } from '../primitive.ts';
import { pairs, truths } from './sample-inputs.ts';

export const orSamples: readonly PrimitiveSample<'or'>[] = [
  { name: 'matrix', op: 'or', attrs: {}, inputs: [truths([3, 4]), truths([3, 4])], differentiable: false },
  {
    name: 'odd shape',
    op: 'or',
    attrs: {},
    inputs: [truths([1, 5, 1, 3]), truths([1, 5, 1, 3])],
    differentiable: false,
  },
  { name: 'scalar', op: 'or', attrs: {}, inputs: [truths([]), truths([])], differentiable: false },
  { name: 'long vector', op: 'or', attrs: {}, inputs: [truths([67]), truths([67])], differentiable: false },
  { name: 'empty', op: 'or', attrs: {}, inputs: [truths([2, 0, 3]), truths([2, 0, 3])], differentiable: false },
  { name: 'extremes', op: 'or', attrs: {}, inputs: [...pairs([0, 1], 'bool')], differentiable: false },
];
