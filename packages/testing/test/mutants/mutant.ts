// A fault and what the kit must say about it.

import type { Suite } from '../../src/suite/suite.ts';

export interface Mutant {
  readonly fault: string;
  readonly suite: () => Suite;
  /** Which tests to run, by their titles below the suite's name. Default all. */
  readonly only?: RegExp;
  /** Titles of the tests that must fail, all of them and no other; or what the titles of all that fail must match, at least one. */
  readonly fails: readonly string[] | RegExp;
  /** What the message of the first of them must say, beside the case and how to run it alone. */
  readonly says: RegExp;
}

export interface MutatedKind {
  readonly kind: string;
  /** The suite without a fault, which must pass. Absent where a test file of its own runs it. */
  readonly right?: () => Suite;
  readonly mutants: readonly Mutant[];
}
