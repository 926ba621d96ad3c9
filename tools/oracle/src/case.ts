// A case of the oracle, and what became of it.

import type { Backend } from '@netwright/compiler';

export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly failures: readonly string[] }
  /** The subject of the case does not exist here yet; never counts as passed. */
  | { readonly status: 'notBuilt'; readonly subject: string };

export interface OracleCase {
  /** Suite and name, e.g. `numerics/conv2d_3x3_same`. */
  readonly name: string;
  run(backend: Backend): Promise<Outcome>;
}

/** Reads the cases of one suite from a directory of the oracle's layout. */
export type Suite = (directory: string) => Promise<readonly OracleCase[]>;

export function outcomeOf(failures: readonly string[]): Outcome {
  return failures.length === 0 ? { status: 'passed' } : { status: 'failed', failures };
}
