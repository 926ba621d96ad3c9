import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, I32_EXTREMES, integers, normal, truths, uniform, vector } from './sample-inputs.ts';

export const castSamples: readonly PrimitiveSample<'cast'>[] = [
  { name: 'f32 to f32', op: 'cast', attrs: { dtype: 'f32' }, inputs: [normal([2, 3])], differentiable: true },
  {
    name: 'f32 to i32',
    op: 'cast',
    attrs: { dtype: 'i32' },
    inputs: [uniform([5, 3], -20, 20)],
    differentiable: false,
  },
  {
    name: 'f32 to i32, extremes',
    op: 'cast',
    attrs: { dtype: 'i32' },
    inputs: [vector([...EXTREMES, NaN, 2.9, -2.9, 2147483520, 2147483648, -2147483648])],
    differentiable: false,
  },
  {
    name: 'f32 to u8',
    op: 'cast',
    attrs: { dtype: 'u8' },
    inputs: [vector([...EXTREMES, NaN, 254.9, 255, 256, -0.9])],
    differentiable: false,
  },
  {
    name: 'f32 to bool',
    op: 'cast',
    attrs: { dtype: 'bool' },
    inputs: [vector([...EXTREMES, NaN])],
    differentiable: false,
  },
  {
    name: 'i32 to f32',
    op: 'cast',
    attrs: { dtype: 'f32' },
    inputs: [vector([...I32_EXTREMES, 16777217, 33554435], 'i32')],
    differentiable: false,
  },
  {
    name: 'i32 to u8',
    op: 'cast',
    attrs: { dtype: 'u8' },
    inputs: [vector([...I32_EXTREMES, 255, 256, -255], 'i32')],
    differentiable: false,
  },
  {
    name: 'i32 to bool',
    op: 'cast',
    attrs: { dtype: 'bool' },
    inputs: [vector(I32_EXTREMES, 'i32')],
    differentiable: false,
  },
  {
    name: 'u8 to f32',
    op: 'cast',
    attrs: { dtype: 'f32' },
    inputs: [integers([7, 5], 0, 256, 'u8')],
    differentiable: false,
  },
  {
    name: 'u8 to i32',
    op: 'cast',
    attrs: { dtype: 'i32' },
    inputs: [vector([0, 1, 127, 128, 255], 'u8')],
    differentiable: false,
  },
  {
    name: 'u8 to bool',
    op: 'cast',
    attrs: { dtype: 'bool' },
    inputs: [vector([0, 1, 127, 128, 255], 'u8')],
    differentiable: false,
  },
  { name: 'bool to f32', op: 'cast', attrs: { dtype: 'f32' }, inputs: [truths([3, 3])], differentiable: false },
  { name: 'bool to i32', op: 'cast', attrs: { dtype: 'i32' }, inputs: [truths([9])], differentiable: false },
  { name: 'bool to u8', op: 'cast', attrs: { dtype: 'u8' }, inputs: [truths([9])], differentiable: false },
];
