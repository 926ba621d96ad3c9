// Seeded uniform and normal numbers: counter-based, a pure function of (seed, name, position).

import { randomKeys, uniformOf } from '@netwright/ir';

/** U[low, high) in double precision (48 random bits). */
export function uniforms(seed: number, name: string, size: number, low: number, high: number): Float64Array {
  const keys = keysOf(seed, name);
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) values[i] = low + (high - low) * unit(keys, i);
  return values;
}

/** Normal numbers by the Box-Muller transform; those outside `range` are drawn again. */
export function normals(
  seed: number,
  name: string,
  size: number,
  mean: number,
  std: number,
  [low, high]: readonly [number, number] = [-Infinity, Infinity],
): Float64Array {
  const keys = keysOf(seed, name);
  const values = new Float64Array(size);
  let filled = 0;
  for (let drawn = 0; filled < size; drawn++) {
    const radius = Math.sqrt(-2 * Math.log(1 - unit(keys, 2 * drawn)));
    const angle = 2 * Math.PI * unit(keys, 2 * drawn + 1);
    const first = mean + std * radius * Math.cos(angle);
    const second = mean + std * radius * Math.sin(angle);
    if (first >= low && first <= high) values[filled++] = first;
    // What lies beyond the end of the array is dropped.
    if (second >= low && second <= high) values[filled++] = second;
  }
  return values;
}

type Keys = ReturnType<typeof randomKeys>;

function keysOf(seed: number, name: string): readonly [high: Keys, low: Keys] {
  const stream = streamOf(name);
  return [randomKeys(seed, 0, stream), randomKeys(seed, 1, stream)];
}

/** U[0, 1): two draws of 24 bits make one of 48. */
function unit(keys: readonly [high: Keys, low: Keys], index: number): number {
  return uniformOf(keys[0], 2 * index) + uniformOf(keys[1], 2 * index + 1) / 2 ** 24;
}

/** FNV-1a, 32 bits. */
function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
