// Seeded orders: pure functions of (seed, epoch).

import { randomKeys } from '@netwright/ir';
import { uniform48 } from './random.ts';

const SHUFFLE_STREAM = 0x5f1e;

/**
 * A permutation of 0 .. length - 1 that depends on nothing but its arguments, by the method of Fisher and Yates: for
 * `last` from `length - 1` down to 1, swap the entries at `last` and `floor(u(last) * (last + 1))`, with `u(last)` number
 * `last` of the 48-bit sequence at (seed, epoch).
 */
export function shuffledOrder(length: number, seed: number, epoch: number): Int32Array {
  return shuffleWithStream(length, seed, epoch, SHUFFLE_STREAM);
}

/** The same with another stream, for choices that must not follow any epoch's order. */
export function shuffleWithStream(length: number, seed: number, epoch: number, stream: number): Int32Array {
  const order = new Int32Array(length);
  for (let index = 1; index < length; index++) order[index] = index;
  const keys = randomKeys(seed, epoch, stream);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(uniform48(keys, last) * (last + 1));
    const kept = order[last];
    order[last] = order[other];
    order[other] = kept;
  }
  return order;
}
