// Seeded uniform and normal numbers: counter-based, a pure function of (seed, name, position).

import { randomUniform } from '@netwright/ir';

/** U[low, high) in double precision (48 random bits). */
export function uniforms(seed: number, name: string, size: number, low: number, high: number): Float64Array {
  const stream = streamOf(name);
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) values[i] = low + (high - low) * unit(seed, stream, i);
  return values;
}

/** Normal numbers by the Box-Muller transform; those outside `range` are drawn again. */
export function normals(
  seed: number,
  name: string,
  size: number,
  mean: number,
  std: number,
  range: readonly [number, number] = [-Infinity, Infinity],
): Float64Array {
  const stream = streamOf(name);
  const values = new Float64Array(size);
  let drawn = 0;
  for (let filled = 0; filled < size; drawn++) {
    const radius = Math.sqrt(-2 * Math.log(1 - unit(seed, stream, 2 * drawn)));
    const angle = 2 * Math.PI * unit(seed, stream, 2 * drawn + 1);
    for (const part of [Math.cos(angle), Math.sin(angle)]) {
      const value = mean + std * radius * part;
      if (filled < size && value >= range[0] && value <= range[1]) values[filled++] = value;
    }
  }
  return values;
}

/** Two draws of 24 bits make one of 48. */
function unit(seed: number, stream: number, index: number): number {
  return randomUniform(seed, 0, stream, 2 * index) + randomUniform(seed, 1, stream, 2 * index + 1) / 2 ** 24;
}

/** FNV-1a, 32 bits. */
function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
