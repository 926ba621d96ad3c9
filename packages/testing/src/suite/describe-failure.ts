// The one form of every failure: which case, where, expected, received, tolerance, and how to run it alone.

import { isNetwrightError, NetwrightError } from '@netwright/ir';

/**
 * The error of a failed test.
 *
 * @param path - titles from the suite's name to the test's.
 * @param file - the test file, where there is one, as the command line takes it.
 */
export function describeFailure(error: unknown, path: readonly string[], file?: string): NetwrightError {
  const hint = `run it alone with ${runAlone(path, file)}`;
  const operation = path.join(' > ');
  if (!isNetwrightError(error) || !error.code.startsWith('testing.')) {
    const scope = isNetwrightError(error) ? error.scope : undefined;
    return new NetwrightError({
      code: 'testing.threw',
      operation,
      ...(scope === undefined ? {} : { scope }),
      expected: 'no error',
      received: String(error),
      hint,
      cause: error,
    });
  }
  const place = [error.operation, error.scope].filter((part) => part !== undefined && part !== '');
  return new NetwrightError({
    code: error.code,
    operation,
    scope: place.join(', '),
    expected: error.expected,
    received: error.received,
    reasons: error.reasons,
    hint: error.hint === undefined ? hint : `${error.hint}; ${hint}`,
    cause: error,
  });
}

/** The command that runs that test and no other. */
function runAlone(path: readonly string[], file: string | undefined): string {
  const pattern = path.join(' ').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return `npx vitest run ${file === undefined ? '' : `${file} `}-t '${pattern.replaceAll("'", "'\\''")}'`;
}
