// A suite as a value: tests by path, which a test runner declares or a program runs.

import { NetwrightError } from '@netwright/ir';

export interface SuiteTest {
  /** Titles from the suite's name to the test's own. */
  readonly path: readonly string[];
  run(): void | Promise<void>;
}

export interface Suite {
  readonly name: string;
  readonly tests: readonly SuiteTest[];
  /** Called before the first test. */
  open?(): Promise<void>;
  /** Called after the last test, also when tests failed. */
  close?(): Promise<void>;
}

/** Takes the tests of a suite in order. */
export interface TestCollector {
  group(title: string, declare: () => void): void;
  test(title: string, run: () => void | Promise<void>): void;
}

/** The suite that `declare` describes. Errors: `testing.cases` for two tests of one path. */
export function collectSuite(
  name: string,
  declare: (collector: TestCollector) => void,
  hooks: Pick<Suite, 'open' | 'close'> = {},
): Suite {
  const tests: SuiteTest[] = [];
  const titles = [name];
  const paths = new Set<string>();
  declare({
    group(title, inner) {
      titles.push(title);
      inner();
      titles.pop();
    },
    test(title, run) {
      const path = [...titles, title];
      const text = path.join(' > ');
      if (paths.has(text)) throw casesError(name, `there are two of ${text}`);
      paths.add(text);
      tests.push({ path, run });
    },
  });
  return { name, tests, ...hooks };
}

/** Errors: `testing.cases` for an empty list. */
export function requireCases(name: string, cases: readonly unknown[]): void {
  if (cases.length === 0) throw casesError(name, 'there is none');
}

function casesError(name: string, received: string): NetwrightError {
  return new NetwrightError({
    code: 'testing.cases',
    operation: name,
    expected: 'at least one case, and a name of its own for each',
    received,
  });
}
