import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, I32_EXTREMES, integers, normal, pairs, truths } from './sample-inputs.ts';

export const eqSamples: readonly PrimitiveSample<'eq'>[] = [
  {
    name: 'matrix',
    op: 'eq',
    attrs: {},
    inputs: [integers([3, 4], -2, 3), integers([3, 4], -2, 3)],
    differentiable: false,
  },
  {
    name: 'odd shape',
    op: 'eq',
    attrs: {},
    inputs: [integers([1, 5, 1, 3], -2, 3), integers([1, 5, 1, 3], -2, 3)],
    differentiable: false,
  },
  { name: 'scalar', op: 'eq', attrs: {}, inputs: [integers([], -2, 3), integers([], -2, 3)], differentiable: false },
  {
    name: 'long vector',
    op: 'eq',
    attrs: {},
    inputs: [integers([67], -2, 3), integers([67], -2, 3)],
    differentiable: false,
  },
  {
    name: 'empty',
    op: 'eq',
    attrs: {},
    inputs: [integers([2, 0, 3], -2, 3), integers([2, 0, 3], -2, 3)],
    differentiable: false,
  },
  { name: 'extremes', op: 'eq', attrs: {}, inputs: [...pairs(EXTREMES)], differentiable: false },
  { name: 'f32', op: 'eq', attrs: {}, inputs: [normal([3, 5]), normal([3, 5])], differentiable: false },
  { name: 'NaN', op: 'eq', attrs: {}, inputs: [...pairs([NaN, 1, -Infinity])], differentiable: false },
  { name: 'i32 extremes', op: 'eq', attrs: {}, inputs: [...pairs(I32_EXTREMES, 'i32')], differentiable: false },
  {
    name: 'u8',
    op: 'eq',
    attrs: {},
    inputs: [integers([40], 0, 4, 'u8'), integers([40], 0, 4, 'u8')],
    differentiable: false,
  },
  { name: 'bool', op: 'eq', attrs: {}, inputs: [truths([12]), truths([12])], differentiable: false },
];
