// The table and the closing line of a test run.

/**
 * @param {object} run
 * @param {{ project: string, target: string, root: string, status: string, seconds: number }[]} run.tasks what nx ran
 * @param {string} run.suiteTarget the target whose tasks are test suites; all others are checks that pass or fail as one
 * @param {(root: string) => object | undefined} run.readResults vitest's JSON report of the suite in a project's folder
 * @param {number} run.status exit status of nx
 * @returns {{ text: string, passed: number, failed: number }}
 */
export function summarize({ tasks, suiteTarget, readResults, status }) {
  const byName = (a, b) => a.project.localeCompare(b.project) || a.target.localeCompare(b.target);
  const suites = tasks
    .filter((task) => task.target === suiteTarget)
    .sort(byName)
    .map((task) => ({ name: task.project, ...countSuite(task, readResults(task.root)), cached: isCached(task) }));
  const checks = tasks.filter((task) => task.target !== suiteTarget).sort(byName);
  const failedChecks = checks.filter((task) => !hasPassed(task));

  const passed = sum(suites.map((suite) => suite.passed));
  let failed = sum(suites.map((suite) => suite.failed)) + failedChecks.length;
  const problems = failedChecks.map((task) => `failed: ${task.target} of ${task.project} (${task.status})`);
  if (suites.length === 0) problems.push('failed: no suite ran');
  else if (status !== 0 && failed === 0) problems.push(`failed: nx ended with status ${status}`);
  if (failed === 0 && problems.length > 0) failed = problems.length;

  const rows = suites.map((suite) => [
    suite.name,
    String(suite.passed),
    String(suite.failed),
    String(suite.notRun),
    `${suite.seconds.toFixed(1)}${suite.cached ? ' (cached)' : ''}`,
  ]);
  for (const target of new Set(checks.map((task) => task.target))) {
    const ofTarget = checks.filter((task) => task.target === target);
    const bad = ofTarget.filter((task) => !hasPassed(task)).length;
    const cached = ofTarget.every(isCached);
    const seconds = sum(ofTarget.map((task) => task.seconds)).toFixed(1);
    rows.push([
      ofTarget.length > 1 ? `${target} of ${ofTarget.length} packages` : target,
      '',
      String(bad),
      '',
      `${seconds}${cached ? ' (cached)' : ''}`,
    ]);
  }
  const table = formatTable([['suite', 'passed', 'failed', 'not run', 'seconds'], ...rows]);
  return { text: [table, ...problems, `${passed} passed, ${failed} failed`].join('\n'), passed, failed };
}

function countSuite(task, results) {
  if (results === undefined) return { passed: 0, failed: 1, notRun: 0, seconds: task.seconds };
  const brokenFiles = results.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = results.numFailedTests + brokenFiles.length;
  const ended = Math.max(results.startTime, ...results.testResults.map((file) => file.endTime));
  return {
    passed: results.numPassedTests,
    failed: failed === 0 && !hasPassed(task) ? 1 : failed,
    notRun: results.numPendingTests + (results.numTodoTests ?? 0),
    seconds: (ended - results.startTime) / 1000,
  };
}

function hasPassed({ status }) {
  return status === 'success' || isCached({ status });
}

function isCached({ status }) {
  return status === 'local-cache' || status === 'local-cache-kept-existing' || status === 'remote-cache';
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function formatTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ');
  const [head, ...body] = rows;
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}
