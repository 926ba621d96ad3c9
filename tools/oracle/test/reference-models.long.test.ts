// The networks on the reference backend, which takes a minute or two.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { reference } from '@netwright/backend-reference';
import { closingLine, runOracle, summarizeResults } from '@netwright/oracle-runner';

test('reference: the models pass, twice each', async () => {
  const directory = fileURLToPath(new URL('../data', import.meta.url));
  const results = await runOracle({ directory, backend: reference(), suites: ['models'] });
  expect(results.filter(({ outcome }) => outcome.status === 'failed')).toEqual([]);
  expect(closingLine(summarizeResults(results))).toBe('34 passed, 0 failed, 0 not built');
});
