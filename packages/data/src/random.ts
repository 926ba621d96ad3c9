// Seeded numbers: the recipe of the graph's random operations, at (seed, epoch, stream, counter).

import { uniformOf } from '@netwright/ir';

/** Words of one sequence, from `randomKeys(seed, epoch, stream)` of `@netwright/ir`. */
export type RandomKeys = Parameters<typeof uniformOf>[0];

/** Number `counter` of a sequence, in [0, 1) with 48 random bits: two numbers of the recipe, the second below the first. */
export function uniform48(keys: RandomKeys, counter: number): number {
  return uniformOf(keys, 2 * counter) + uniformOf(keys, 2 * counter + 1) * 2 ** -24;
}
