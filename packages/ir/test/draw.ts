// Seeded numbers for tests.

import { numel } from '../src/index.ts';
import type { PrimitiveSample } from '../src/index.ts';

/** A source of uniform numbers in [0, 1): Mulberry32. */
export function uniformSource(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal numbers (Box and Muller). */
export function drawNormal(count: number, uniform: () => number): number[] {
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** Data of a sample's input. */
export function drawInput({ type, fill }: PrimitiveSample['inputs'][number], uniform: () => number): number[] {
  const count = Number(numel(type.shape));
  switch (fill.kind) {
    case 'values':
      return [...fill.values];
    case 'normal':
      return drawNormal(count, uniform);
    case 'uniform':
      return Array.from({ length: count }, () => fill.low + (fill.high - fill.low) * uniform());
    case 'integers':
      return Array.from({ length: count }, () => fill.low + Math.floor((fill.high - fill.low) * uniform()));
  }
}

/** Data of several inputs from one seed. */
export function drawInputs(inputs: PrimitiveSample['inputs'], seed: number): number[][] {
  const uniform = uniformSource(seed);
  return inputs.map((input) => drawInput(input, uniform));
}

/** Data of all inputs of a sample, always the same. */
export function drawSample(sample: PrimitiveSample): number[][] {
  let seed = 0;
  for (const character of `${sample.op} ${sample.name}`) seed = Math.imul(seed, 31) + character.charCodeAt(0);
  return drawInputs(sample.inputs, seed);
}
