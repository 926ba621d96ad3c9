// Seeded numbers: the recipe of the graph's random operations.

import { randomKeys, uniformOf } from '@netwright/ir';

/** Numbers of one sequence in [0, 1), with 48 random bits each; number `counter` is a pure function of all four. */
export function uniforms(seed: number, step: number, stream: number): (counter: number) => number {
  const keys = randomKeys(seed, step, stream);
  return (counter) => uniformOf(keys, 2 * counter) + uniformOf(keys, 2 * counter + 1) * 2 ** -24;
}

/** FNV-1a of the text, 32 bits: a stream or seed that a name stands for. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
