// The public oracle on compiled C, which takes minutes to compile the first time.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BUILT_IN, create, parseSpec } from '@netwright/cli';
import type { Backend } from '@netwright/compiler';
import { isNetwrightError } from '@netwright/ir';
import { closingLine, runOracle, summarizeResults } from '@netwright/oracle-runner';

const directory = fileURLToPath(new URL('../data', import.meta.url));

const EXPECTED = [
  ['cpu:target=native,threads=1', 'numerics', '74 passed, 0 failed, 0 not built'],
  ['cpu:target=native,threads=3', 'numerics', '74 passed, 0 failed, 0 not built'],
  ['cpu:target=native,threads=2', 'models', '34 passed, 0 failed, 0 not built'],
] as const;

function createBackend(spec: string): Backend | undefined {
  try {
    return create('backend', BUILT_IN.backends, parseSpec(spec));
  } catch (error) {
    if (isNetwrightError(error, 'cpu.native')) return undefined;
    throw error;
  }
}

const probe = createBackend('cpu:target=native,threads=1');

if (probe === undefined) {
  test('is not run, for want of a C compiler or koffi: 182 cases', () => expect(probe).toBeUndefined());
} else {
  test.each(EXPECTED)('%s, %s: %s', async (spec, suite, closing) => {
    const backend = createBackend(spec);
    if (backend === undefined) throw new Error('the compiler is gone');
    const results = await runOracle({ directory, backend, suites: [suite] });
    const failures = results.flatMap(({ name, outcome }) =>
      outcome.status === 'failed' ? [{ name, failures: outcome.failures }] : [],
    );
    expect(failures).toEqual([]);
    expect(closingLine(summarizeResults(results))).toBe(closing);
    await backend.dispose();
  });
}
