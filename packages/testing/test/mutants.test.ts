// The kit itself is tested by faults: each must be caught, where it is, with a message that points at it.

import { describe, expect, it } from 'vitest';
import { runSuite } from '../src/suite/run-suite.ts';
import { architectures } from './mutants/architectures.ts';
import { backends } from './mutants/backends.ts';
import { datasets } from './mutants/datasets.ts';
import { ops } from './mutants/ops.ts';
import { optimizers } from './mutants/optimizers.ts';
import { rewrites } from './mutants/rewrites.ts';

const kinds = [ops, optimizers, architectures, rewrites, datasets, backends];

describe.each(kinds.map((one) => [one.kind, one] as const))('of an %s', (_, { right, mutants }) => {
  if (right !== undefined) {
    it('nothing is wrong with what is right', async () => {
      const { passed, failures } = await runSuite(right());
      expect(failures).toEqual([]);
      expect(passed.length).toBeGreaterThan(0);
    });
  }

  it.each(mutants.map((mutant) => [mutant.fault, mutant] as const))(
    '%s',
    async (_fault, { suite, only, fails, says }) => {
      const made = suite();
      const { failures } = await runSuite(made, (test) => only === undefined || only.test(test));
      const titles = failures.map(({ test }) => test);
      if (fails instanceof RegExp) {
        expect(titles.length).toBeGreaterThan(0);
        for (const title of titles) expect(title).toMatch(fails);
      } else expect(titles).toEqual(fails);
      const text = String(failures[0].error);
      expect(text).toMatch(says);
      expect(text).toContain(`NetwrightError: ${made.name} > ${titles[0]}`);
      expect(text).toMatch(/run it alone with npx vitest run -t '.+' \[testing\.\w+\]$/s);
    },
  );
});

it('there are enough of them', () => {
  expect(kinds.reduce((count, { mutants }) => count + mutants.length, 0)).toBeGreaterThanOrEqual(30);
});
