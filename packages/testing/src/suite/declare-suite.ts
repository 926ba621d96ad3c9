// A suite as tests of Vitest.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFailure } from './describe-failure.ts';
import type { Suite, SuiteTest } from './suite.ts';

/** Declares every test of the suite in the current file. */
export function declareSuite(suite: Suite): void {
  describe(suite.name, () => {
    if (suite.open !== undefined) beforeAll(suite.open);
    if (suite.close !== undefined) afterAll(suite.close);
    declareTests(suite.tests, 1);
  });
}

/** Neighbours with the same title at `depth` share a group. */
function declareTests(tests: readonly SuiteTest[], depth: number): void {
  for (let start = 0; start < tests.length;) {
    const [title] = tests[start].path.slice(depth);
    if (tests[start].path.length === depth + 1) {
      declareTest(tests[start], title);
      start++;
      continue;
    }
    let end = start;
    while (end < tests.length && tests[end].path.length > depth + 1 && tests[end].path[depth] === title) end++;
    const group = tests.slice(start, end);
    describe(title, () => {
      declareTests(group, depth + 1);
    });
    start = end;
  }
}

function declareTest({ path, run }: SuiteTest, title: string): void {
  it(title, async () => {
    try {
      await run();
    } catch (error) {
      throw describeFailure(error, path, currentFile());
    }
  });
}

function currentFile(): string | undefined {
  const { testPath } = expect.getState();
  const folder = typeof process === 'undefined' ? '' : `${process.cwd()}/`;
  return folder !== '' && testPath?.startsWith(folder) === true ? testPath.slice(folder.length) : testPath;
}
