// Quasi-affine integer expressions over loop axes: the only arithmetic that addresses memory.

import type { Expr } from './kernel.ts';

/** What an index term multiplies: a loop axis, a floor division or modulo by a positive constant, or a loaded i32. */
export type IndexAtom =
  | { readonly kind: 'axis'; readonly axis: number }
  | { readonly kind: 'floorDiv'; readonly of: Index; readonly by: number }
  | { readonly kind: 'mod'; readonly of: Index; readonly by: number }
  | { readonly kind: 'value'; readonly expr: Expr };

/** A whole multiple of an axis, of a quotient or remainder, or of a computed value. */
export interface IndexTerm {
  readonly coefficient: number;
  readonly atom: IndexAtom;
}

/** `offset + sum(coefficient * atom)`, all integers. Terms are in canonical order, one for each distinct atom, none with coefficient 0. */
export interface Index {
  readonly offset: number;
  readonly terms: readonly IndexTerm[];
}

/** A condition `lower <= index < upper`; a list of guards is their conjunction. */
export interface Guard {
  readonly index: Index;
  readonly lower: number;
  readonly upper: number;
}
