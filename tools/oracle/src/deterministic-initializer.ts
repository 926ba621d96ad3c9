// The oracle's initializer: every tensor is a function of its key and the element's row-major index.

import type { TensorData } from '@netwright/compiler';

/** FNV-1a, 32 bit, of the UTF-8 bytes. */
export function seedOf(key: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** A number in (-1, 1). */
export function unit(seed: number, index: number): number {
  let h = (seed + Math.imul(index + 1, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h ^= h >>> 16;
  return 2 * (((h >>> 0) + 0.5) / 2 ** 32) - 1;
}

/** The tensor of a state-dict key, or of an input (`input`, `input_b`). */
export function deterministicTensor(key: string, shape: readonly number[]): TensorData {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (key.endsWith('num_batches_tracked')) return { dtype: 'i32', shape, data: new Int32Array(size) };
  const seed = seedOf(key);
  const value = valueRule(key, shape);
  return { dtype: 'f32', shape, data: Float32Array.from({ length: size }, (_, index) => value(unit(seed, index))) };
}

function valueRule(key: string, shape: readonly number[]): (v: number) => number {
  if (key === 'input' || key === 'input_b') return (v) => v;
  if (key.endsWith('running_mean')) return (v) => 0.1 * v;
  if (key.endsWith('running_var')) return (v) => 1 + 0.5 * v;
  if (!key.endsWith('weight')) return (v) => 0.1 * v;
  if (shape.length < 2) return (v) => 1 + 0.1 * v;
  const bound = Math.sqrt(6 / shape.slice(1).reduce((product, dim) => product * dim, 1));
  return (v) => v * bound;
}
