// The public oracle: every case, with the counts of what passes and of what is not built yet.

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUILT_IN, create, parseSpec } from '@netwright/cli';
import type { Backend } from '@netwright/compiler';
import { closingLine, runOracle, summarizeResults } from '@netwright/oracle-runner';

const directory = fileURLToPath(new URL('../data', import.meta.url));

const EXPECTED: readonly (readonly [backend: string, suite: string, closing: string])[] = [
  ['cpu:threads=1', 'numerics', '74 passed, 0 failed, 0 not built'],
  ['cpu:threads=2', 'numerics', '74 passed, 0 failed, 0 not built'],
  ['cpu:threads=2', 'models', '34 passed, 0 failed, 0 not built'],
  ['cpu:threads=2', 'optimizers', '65 passed, 0 failed, 0 not built'],
  ['cpu:threads=2', 'architectures', '50 passed, 0 failed, 0 not built'],
  ['cpu:threads=2', 'fullsize', '2 passed, 0 failed, 0 not built'],
  ['gpujs:mode=webasm', 'numerics', '74 passed, 0 failed, 0 not built'],
  ['gpujs:mode=webasm', 'models', '34 passed, 0 failed, 0 not built'],
  ['gpujs:mode=cpu', 'numerics', '74 passed, 0 failed, 0 not built'],
  ['gpujs:mode=cpu', 'models', '34 passed, 0 failed, 0 not built'],
  ['reference', 'numerics', '74 passed, 0 failed, 0 not built'],
  ['reference', 'optimizers', '65 passed, 0 failed, 0 not built'],
  ['reference:precision=f32', 'numerics', '74 passed, 0 failed, 0 not built'],
  ['reference:precision=f32', 'optimizers', '65 passed, 0 failed, 0 not built'],
];

describe.each([...new Set(EXPECTED.map(([backend]) => backend))])('%s', (spec) => {
  let backend: Backend;
  beforeAll(() => {
    backend = create('backend', BUILT_IN.backends, parseSpec(spec));
  });
  afterAll(() => backend.dispose());

  test.each(EXPECTED.filter(([name]) => name === spec).map(([, suite, closing]) => ({ suite, closing })))(
    '$suite: $closing',
    async ({ suite, closing }) => {
      const results = await runOracle({ directory, backend, suites: [suite] });
      const failures = results.flatMap(({ name, outcome }) =>
        outcome.status === 'failed' ? [{ name, failures: outcome.failures }] : [],
      );
      expect(failures).toEqual([]);
      expect(closingLine(summarizeResults(results))).toBe(closing);
    },
    300_000,
  );
});
