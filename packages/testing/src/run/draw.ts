// Seeded numbers for cases: single-precision values, so that every backend reads the same ones.

import { bindShape, type PrimitiveSample } from '@netwright/ir';

/** A source of uniform numbers in [0, 1). */
export type Uniform = () => number;

/** Mulberry32, seeded by a name. */
export function uniformSource(name: string): Uniform {
  let state = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers by the Box-Muller transform. */
export function drawNormal(count: number, uniform: Uniform): Float64Array {
  return fill(count, () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()));
}

type SampleInput = PrimitiveSample['inputs'][number];

/** Data of one input; `dims` are the sizes of symbolic dimensions. */
export function drawInput(input: SampleInput, uniform: Uniform, dims: Readonly<Record<string, number>>): Float64Array {
  const { type, fill: how } = input;
  const count = sizeOf(bindShape(type.shape, dims));
  switch (how.kind) {
    case 'values':
      return type.dtype === 'f32' ? Float64Array.from(how.values, Math.fround) : Float64Array.from(how.values);
    case 'normal':
      return drawNormal(count, uniform);
    case 'uniform':
      return fill(count, () => how.low + (how.high - how.low) * uniform());
    case 'integers':
      return fill(count, () => how.low + Math.floor((how.high - how.low) * uniform()));
  }
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

function fill(count: number, next: () => number): Float64Array {
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) data[i] = Math.fround(next());
  return data;
}
