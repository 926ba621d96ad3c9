// Ranges of indices where guards hold.

import { atomKey } from '../kernels/keys.ts';
import { rangeOf, scaleIndex, subtractIndices, type Extents, type Range } from '../kernels/index-algebra.ts';
import type { Guard, Index } from '../kernels/index-expression.ts';

/**
 * Smallest and largest value where all guards hold, as far as one guard at a time shows it: an index that is a multiple of a guarded one plus a rest
 * of known range. Infinite where nothing is known.
 */
export function guardedRange(index: Index, guards: readonly Guard[], extents: Extents): Range {
  let [low, high] = rangeByTerms(index, guards, extents);
  for (const guard of guards) {
    for (const factor of factorsOf(index, guard.index)) {
      const rest = rangeOf(subtractIndices(index, scaleIndex(guard.index, factor)), extents);
      if (rest === undefined) continue;
      const ends = [factor * guard.lower, factor * (guard.upper - 1)];
      low = Math.max(low, Math.min(...ends) + rest[0]);
      high = Math.min(high, Math.max(...ends) + rest[1]);
    }
  }
  return [low, high];
}

/** The sum of the ranges of the terms; quotients of guarded positions are as narrow as those. */
function rangeByTerms({ offset, terms }: Index, guards: readonly Guard[], extents: Extents): Range {
  let [low, high] = [offset, offset];
  for (const { coefficient, atom } of terms) {
    const plain = rangeOf({ offset: 0, terms: [{ coefficient: 1, atom }] }, extents) ?? [-Infinity, Infinity];
    const range = atom.kind === 'floorDiv' ? quotients(guardedRange(atom.of, guards, extents), atom.by) : plain;
    low += coefficient * range[coefficient > 0 ? 0 : 1];
    high += coefficient * range[coefficient > 0 ? 1 : 0];
  }
  return [low, high];
}

function quotients([low, high]: Range, by: number): Range {
  return [Math.floor(low / by), Math.floor(high / by)];
}

/** What the guarded index may be multiplied by within `index`, by the terms that both have. */
function factorsOf(index: Index, guarded: Index): ReadonlySet<number> {
  const own = new Map(index.terms.map(({ coefficient, atom }) => [atomKey(atom), coefficient]));
  const factors = guarded.terms.map(({ coefficient, atom }) => (own.get(atomKey(atom)) ?? 0) / coefficient);
  return new Set(factors.filter((factor) => Number.isInteger(factor) && factor !== 0));
}
