import { describe, expect, it } from 'vitest';
import { summarize } from '../../setup/summary.mjs';

const task = (project: string, target: string, status = 'success') => ({
  project,
  target,
  status,
  root: `packages/${project}`,
  seconds: 2,
});
const file = (status: string, ...tests: string[]) => ({
  status,
  endTime: 3500,
  assertionResults: tests.map((one) => ({ status: one })),
});
const report = (passed: number, failed: number, ...testResults: object[]) => ({
  startTime: 1000,
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 0,
  testResults,
});

function run(tasks: ReturnType<typeof task>[], reports: Readonly<Record<string, object | undefined>>, status = 0) {
  return summarize({ tasks, suiteTarget: 'test', readResults: (root: string) => reports[root], status });
}

describe('the summary of a test run', () => {
  it('ends with the counts of all suites, cached ones too', () => {
    const tasks = [task('b', 'test', 'local-cache'), task('a', 'test'), task('a', 'lint')];
    const { text, failed } = run(tasks, {
      'packages/a': report(3, 0, file('passed', 'passed', 'passed', 'passed')),
      'packages/b': report(4, 0, file('passed', 'passed')),
    });
    expect(text).toMatchInlineSnapshot(`
      "suite  passed  failed  not run       seconds
      -----  ------  ------  -------  ------------
      a           3       0        0           2.5
      b           4       0        0  2.5 (cached)
      lint                0                    2.0
      7 passed, 0 failed"
    `);
    expect(failed).toBe(0);
  });

  it('counts what was not run, and not as passed', () => {
    const browser = { ...report(1, 0, file('passed', 'passed', 'pending', 'pending')), numPendingTests: 2 };
    const { text, passed } = run([task('a', 'test')], { 'packages/a': browser });
    expect(text).toMatch(/^a +1 +0 +2 +2\.5$/m);
    expect(passed).toBe(1);
  });

  const good: Readonly<Record<string, object>> = { 'packages/a': report(1, 0, file('passed', 'passed')) };
  it.each([
    {
      name: 'a failed test',
      tasks: [task('a', 'test', 'failure')],
      reports: { 'packages/a': report(5, 2, file('failed', 'failed', 'failed')) },
      line: '5 passed, 2 failed',
    },
    {
      name: 'a file that could not be loaded',
      tasks: [task('a', 'test', 'failure')],
      reports: { 'packages/a': report(5, 0, file('passed', 'passed'), file('failed')) },
      line: '5 passed, 1 failed',
    },
    {
      name: 'a suite that died without a report',
      tasks: [task('a', 'test', 'failure')],
      reports: {},
      line: '0 passed, 1 failed',
    },
    {
      name: 'a suite that failed outside of its tests',
      tasks: [task('a', 'test', 'failure')],
      reports: good,
      line: '1 passed, 1 failed',
    },
    {
      name: 'a failed check',
      tasks: [task('a', 'test'), task('a', 'lint', 'failure')],
      reports: good,
      line: 'failed: lint of a (failure)\n1 passed, 1 failed',
    },
    {
      name: 'a check that was not run',
      tasks: [task('a', 'test'), task('a', 'typecheck', 'skipped')],
      reports: good,
      line: 'failed: typecheck of a (skipped)\n1 passed, 1 failed',
    },
    { name: 'no suite', tasks: [], reports: {}, line: 'failed: no suite ran\n0 passed, 1 failed' },
  ])('counts $name as a failure', ({ tasks, reports, line }) => {
    const { text, failed } = run(tasks, reports, 1);
    expect(text.endsWith(`\n${line}`)).toBe(true);
    expect(failed).toBeGreaterThan(0);
  });

  it('does not pass when nx itself fails', () => {
    expect(
      run([task('a', 'test')], good, 130).text.endsWith('failed: nx ended with status 130\n1 passed, 1 failed'),
    ).toBe(true);
  });
});
