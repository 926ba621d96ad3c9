import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, I32_EXTREMES, integers, normal, pairs } from './sample-inputs.ts';

export const ltSamples: readonly PrimitiveSample<'lt'>[] = [
  {
    name: 'matrix',
    op: 'lt',
    attrs: {},
    inputs: [integers([3, 4], -2, 3), integers([3, 4], -2, 3)],
    differentiable: false,
  },
  {
    name: 'odd shape',
    op: 'lt',
    attrs: {},
    inputs: [integers([1, 5, 1, 3], -2, 3), integers([1, 5, 1, 3], -2, 3)],
    differentiable: false,
  },
  { name: 'scalar', op: 'lt', attrs: {}, inputs: [integers([], -2, 3), integers([], -2, 3)], differentiable: false },
  {
    name: 'long vector',
    op: 'lt',
    attrs: {},
    inputs: [integers([67], -2, 3), integers([67], -2, 3)],
    differentiable: false,
  },
  {
    name: 'empty',
    op: 'lt',
    attrs: {},
    inputs: [integers([2, 0, 3], -2, 3), integers([2, 0, 3], -2, 3)],
    differentiable: false,
  },
  { name: 'extremes', op: 'lt', attrs: {}, inputs: [...pairs(EXTREMES)], differentiable: false },
  { name: 'f32', op: 'lt', attrs: {}, inputs: [normal([3, 5]), normal([3, 5])], differentiable: false },
  { name: 'NaN', op: 'lt', attrs: {}, inputs: [...pairs([NaN, 1, -Infinity])], differentiable: false },
  { name: 'i32 extremes', op: 'lt', attrs: {}, inputs: [...pairs(I32_EXTREMES, 'i32')], differentiable: false },
  {
    name: 'u8',
    op: 'lt',
    attrs: {},
    inputs: [integers([40], 0, 4, 'u8'), integers([40], 0, 4, 'u8')],
    differentiable: false,
  },
];
