import type { PrimitiveSample } from '../primitive.ts';
import { normal, pairs, uniform, values, vector } from './sample-inputs.ts';

export const powSamples: readonly PrimitiveSample<'pow'>[] = [
  {
    name: 'matrix',
    op: 'pow',
    attrs: {},
    inputs: [uniform([3, 4], 0.3, 2.5), uniform([3, 4], -2, 2)],
    differentiable: true,
  },
  {
    name: 'odd shape',
    op: 'pow',
    attrs: {},
    inputs: [uniform([1, 5, 1, 3], 0.3, 2.5), uniform([1, 5, 1, 3], -2, 2)],
    differentiable: true,
  },
  { name: 'scalar', op: 'pow', attrs: {}, inputs: [uniform([], 0.3, 2.5), uniform([], -2, 2)], differentiable: true },
  {
    name: 'long vector',
    op: 'pow',
    attrs: {},
    inputs: [uniform([67], 0.3, 2.5), uniform([67], -2, 2)],
    differentiable: true,
  },
  {
    name: 'empty',
    op: 'pow',
    attrs: {},
    inputs: [uniform([2, 0, 3], 0.3, 2.5), uniform([2, 0, 3], -2, 2)],
    differentiable: true,
  },
  {
    name: 'extremes',
    op: 'pow',
    attrs: {},
    inputs: [...pairs([0, 1, 2, 0.5, 10, -1, -2, Infinity, -Infinity])],
    differentiable: false,
  },
  {
    name: 'zero exponent',
    op: 'pow',
    attrs: {},
    inputs: [uniform([6], 0.3, 2), values([6], [0, 0, 0, 0, 0, 0])],
    differentiable: true,
  },
  {
    name: 'integer exponents',
    op: 'pow',
    attrs: {},
    inputs: [normal([8]), vector([-3, -2, -1, 0, 1, 2, 3, 4])],
    differentiable: false,
  },
  {
    name: 'zero base',
    op: 'pow',
    attrs: {},
    inputs: [vector([0, 0, 0, -0]), vector([0, 1, 2.5, 3])],
    differentiable: false,
  },
  {
    name: 'large and tiny',
    op: 'pow',
    attrs: {},
    inputs: [vector([1e30, 1e-30, 1e10, 1e-10, 2]), vector([0.75, 0.75, -2, 3, 100])],
    differentiable: false,
  },
];
