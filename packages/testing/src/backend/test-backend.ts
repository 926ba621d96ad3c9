// The conformance suite of backends: one call in a test file.

import type { Backend } from '@netwright/compiler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendCase } from './backend-case.ts';
import { checkCase, type Outcome } from './check-case.ts';
import { functionCases, maskCases } from './function-cases.ts';
import { PRIMITIVE_NAMES, primitiveCases } from './primitive-cases.ts';
import { runCases } from './run-cases.ts';
import { storeCases } from './store-cases.ts';
import { trainingCases } from './training-cases.ts';
import type { BehaviourCase } from './behaviour-case.ts';

/**
 * Declares the tests of a backend against the reference in double precision: every sample of every primitive with its gradients, functions and losses,
 * random masks bit for bit, the store, runs and their errors, and training programs. Primitives in `capabilities.unsupported` must be refused and nothing else may
 * be; the last test asserts that every case was run.
 *
 * @param name - title of the suite, e.g. `cpu, 2 threads`.
 * @param createBackend - called once.
 */
export function testBackend(name: string, createBackend: () => Backend | Promise<Backend>): void {
  describe(name, () => {
    const outcomes = new Map<string, Outcome>();
    let declared = 0;
    let backend: Backend | undefined;
    const opened = (): Backend => {
      if (backend === undefined) throw new RangeError('the backend was not created');
      return backend;
    };
    beforeAll(async () => {
      backend = await createBackend();
    });
    afterAll(async () => {
      await backend?.dispose();
    });

    it('lists only primitives as unsupported', () => {
      const names: readonly string[] = PRIMITIVE_NAMES;
      expect(opened().capabilities.unsupported.filter((op) => !names.includes(op))).toEqual([]);
    });

    const compare = (group: string, cases: readonly BackendCase[]): void => {
      declared += cases.length;
      describe(group, () => {
        it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
          outcomes.set(`${group} ${one.name}`, await checkCase(opened(), `${group}, ${one.name}`, one));
        });
      });
    };
    const behave = (group: string, cases: readonly BehaviourCase[]): void => {
      declared += cases.length;
      describe(group, () => {
        it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, { check }) => {
          await check(opened());
          outcomes.set(`${group} ${_}`, 'compared');
        });
      });
    };
    for (const op of PRIMITIVE_NAMES) compare(op, primitiveCases(op));
    compare('functions', functionCases);
    compare('random masks', maskCases);
    behave('store', storeCases);
    behave('runs', runCases);
    behave('training', trainingCases);

    it(`runs all ${String(declared)} cases`, () => {
      const refused = [...outcomes.values()].filter((outcome) => outcome === 'refused').length;
      expect(outcomes.size, 'cases that gave an outcome').toBe(declared);
      if (opened().capabilities.unsupported.length === 0) expect(refused, 'cases refused').toBe(0);
    });
  });
}
