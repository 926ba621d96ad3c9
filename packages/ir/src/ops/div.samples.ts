import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, normal, pairs, uniform } from './sample-inputs.ts';

export const divSamples: readonly PrimitiveSample<'div'>[] = [
  { name: 'matrix', op: 'div', attrs: {}, inputs: [normal([3, 4]), uniform([3, 4], 0.5, 3)], differentiable: true },
  {
    name: 'odd shape',
    op: 'div',
    attrs: {},
    inputs: [normal([1, 5, 1, 3]), uniform([1, 5, 1, 3], 0.5, 3)],
    differentiable: true,
  },
  { name: 'scalar', op: 'div', attrs: {}, inputs: [normal([]), uniform([], 0.5, 3)], differentiable: true },
  { name: 'long vector', op: 'div', attrs: {}, inputs: [normal([67]), uniform([67], 0.5, 3)], differentiable: true },
  {
    name: 'empty',
    op: 'div',
    attrs: {},
    inputs: [normal([2, 0, 3]), uniform([2, 0, 3], 0.5, 3)],
    differentiable: true,
  },
  { name: 'extremes', op: 'div', attrs: {}, inputs: [...pairs(EXTREMES)], differentiable: false },
  {
    name: 'negative divisor',
    op: 'div',
    attrs: {},
    inputs: [normal([9]), uniform([9], -3, -0.5)],
    differentiable: true,
  },
];
