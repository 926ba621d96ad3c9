import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, I32_EXTREMES } from './sample-inputs.ts';

export const constantSamples: readonly PrimitiveSample<'constant'>[] = [
  {
    name: 'scalar',
    op: 'constant',
    attrs: { values: [2.5], dtype: 'f32', shape: [] },
    inputs: [],
    differentiable: false,
  },
  {
    name: 'filled',
    op: 'constant',
    attrs: { values: [-1.25], dtype: 'f32', shape: [3, 1, 5] },
    inputs: [],
    differentiable: false,
  },
  {
    name: 'listed',
    op: 'constant',
    attrs: { values: [1, -2, 3.5, 0, -0, 7], dtype: 'f32', shape: [2, 3] },
    inputs: [],
    differentiable: false,
  },
  {
    name: 'extremes',
    op: 'constant',
    attrs: { values: EXTREMES.map(Math.fround), dtype: 'f32', shape: [EXTREMES.length] },
    inputs: [],
    differentiable: false,
  },
  {
    name: 'i32',
    op: 'constant',
    attrs: { values: I32_EXTREMES, dtype: 'i32', shape: [2, 4] },
    inputs: [],
    differentiable: false,
  },
  {
    name: 'u8',
    op: 'constant',
    attrs: { values: [0, 255], dtype: 'u8', shape: [2] },
    inputs: [],
    differentiable: false,
  },
  {
    name: 'bool',
    op: 'constant',
    attrs: { values: [1], dtype: 'bool', shape: [4, 3] },
    inputs: [],
    differentiable: false,
  },
  {
    name: 'empty',
    op: 'constant',
    attrs: { values: [], dtype: 'f32', shape: [0, 2] },
    inputs: [],
    differentiable: false,
  },
];
