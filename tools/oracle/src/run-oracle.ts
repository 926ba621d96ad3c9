// Runs the cases of a directory on a backend.

import type { Backend } from '@netwright/compiler';
import type { OracleCase, Outcome, Suite } from './case.ts';
import { architectures } from './suites/architectures.ts';
import { fullsize } from './suites/fullsize.ts';
import { models } from './suites/models.ts';
import { numerics } from './suites/numerics.ts';
import { optimizers } from './suites/optimizers.ts';

export const SUITES: Readonly<Record<string, Suite>> = { numerics, models, optimizers, architectures, fullsize };

export interface CaseResult {
  readonly name: string;
  readonly outcome: Outcome;
  readonly milliseconds: number;
}

export interface OracleSummary {
  readonly passed: number;
  readonly failed: number;
  readonly notBuilt: number;
}

export interface RunOptions {
  readonly directory: string;
  readonly backend: Backend;
  /** Names of suites. */
  readonly suites: readonly string[];
  readonly onResult?: (result: CaseResult) => void;
}

/** Runs every case of the suites, in order; an exception is a failure of its case. */
export async function runOracle({ directory, backend, suites, onResult }: RunOptions): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const suite of suites) {
    for (const oracleCase of await SUITES[suite](directory)) {
      const start = performance.now();
      const outcome = await outcomeOfCase(oracleCase, backend);
      const result = { name: oracleCase.name, outcome, milliseconds: performance.now() - start };
      results.push(result);
      onResult?.(result);
    }
  }
  return results;
}

async function outcomeOfCase(oracleCase: OracleCase, backend: Backend): Promise<Outcome> {
  try {
    return await oracleCase.run(backend);
  } catch (error) {
    return { status: 'failed', failures: [error instanceof Error ? error.message : String(error)] };
  }
}

export function summarizeResults(results: readonly CaseResult[]): OracleSummary {
  const count = (status: Outcome['status']): number =>
    results.filter(({ outcome }) => outcome.status === status).length;
  return { passed: count('passed'), failed: count('failed'), notBuilt: count('notBuilt') };
}

/** The closing line. */
export function closingLine({ passed, failed, notBuilt }: OracleSummary): string {
  return `${String(passed)} passed, ${String(failed)} failed, ${String(notBuilt)} not built`;
}
