// Inputs of samples.

import type { Shape } from '../dim.ts';
import type { PrimitiveSample } from '../primitive.ts';
import { tensorType, type DType } from '../tensor-type.ts';

export type SampleInput = PrimitiveSample['inputs'][number];

/** Seeded normal values. */
export function normal(shape: Shape): SampleInput {
  return { type: tensorType('f32', shape), fill: { kind: 'normal' } };
}

/** Seeded uniform values in [low, high). */
export function uniform(shape: Shape, low: number, high: number): SampleInput {
  return { type: tensorType('f32', shape), fill: { kind: 'uniform', low, high } };
}

/** Seeded integers in [low, high). */
export function integers(shape: Shape, low: number, high: number, dtype: DType = 'i32'): SampleInput {
  return { type: tensorType(dtype, shape), fill: { kind: 'integers', low, high } };
}

/** Seeded truth values. */
export function truths(shape: Shape): SampleInput {
  return integers(shape, 0, 2, 'bool');
}

/** The given values, f32 ones rounded to single precision so that every backend reads the same numbers. */
export function values(shape: Shape, list: readonly number[], dtype: DType = 'f32'): SampleInput {
  return {
    type: tensorType(dtype, shape),
    fill: { kind: 'values', values: dtype === 'f32' ? list.map(Math.fround) : list },
  };
}

/** A vector of the given values. */
export function vector(list: readonly number[], dtype: DType = 'f32'): SampleInput {
  return values([list.length], list, dtype);
}

/** Every ordered pair of `list`, as two vectors. */
export function pairs(list: readonly number[], dtype: DType = 'f32'): readonly [SampleInput, SampleInput] {
  return [
    vector(
      list.flatMap((a) => list.map(() => a)),
      dtype,
    ),
    vector(
      list.flatMap(() => list),
      dtype,
    ),
  ];
}

/** Zeros of both signs, ordinary, tiny, huge and infinite values. */
export const EXTREMES: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  1e-30,
  -1e-30,
  1e30,
  -1e30,
  3e38,
  -3e38,
  Infinity,
  -Infinity,
];

/** The ends of i32 and the neighbourhood of 0. */
export const I32_EXTREMES: readonly number[] = [0, 1, -1, 7, -12345, 65536, 2147483647, -2147483648];
