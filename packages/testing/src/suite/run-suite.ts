// Runs a suite without a test runner.

import type { NetwrightError } from '@netwright/ir';
import { describeFailure } from './describe-failure.ts';
import type { Suite } from './suite.ts';

export interface SuiteFailure {
  /** Titles below the suite's name, joined by ` > `. */
  readonly test: string;
  readonly error: NetwrightError;
}

export interface SuiteOutcome {
  /** Titles of tests that passed, as in failures. */
  readonly passed: readonly string[];
  readonly failures: readonly SuiteFailure[];
}

/**
 * Runs the tests one after the other; none stops the others.
 *
 * @param only - which tests to run, by their titles below the suite's name joined by ` > `. Default all.
 */
export async function runSuite(suite: Suite, only: (test: string) => boolean = () => true): Promise<SuiteOutcome> {
  const passed: string[] = [];
  const failures: SuiteFailure[] = [];
  await suite.open?.();
  try {
    for (const { path, run } of suite.tests) {
      const test = path.slice(1).join(' > ');
      if (!only(test)) continue;
      try {
        await run();
        passed.push(test);
      } catch (error) {
        failures.push({ test, error: describeFailure(error, path) });
      }
    }
  } finally {
    await suite.close?.();
  }
  return { passed, failures };
}
