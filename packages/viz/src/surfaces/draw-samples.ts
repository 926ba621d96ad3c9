// Seeded data for the pictures.

import type { Sample } from './least-squares.ts';

/** Uniform numbers in [0, 1): Mulberry32. */
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
export function normalSource(seed: number): () => number {
  const uniform = uniformSource(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * Samples whose inputs have the given spreads and whose targets are noise, so that the best weights are zero. Each comes with every sign of its inputs:
 * the axes of the loss are then exactly those of the weights.
 */
export function axisAlignedSamples(
  count: number,
  spreads: readonly [number, number],
  noise: number,
): readonly Sample[] {
  const normal = normalSource(7);
  return Array.from(
    { length: count },
    () => [normal() * spreads[0], normal() * spreads[1], normal() * noise] as const,
  ).flatMap(([a, b, target]): readonly Sample[] => [
    [a, b, target],
    [-a, b, target],
    [a, -b, target],
    [-a, -b, target],
  ]);
}
