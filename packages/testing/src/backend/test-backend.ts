// The conformance suite of backends: one call in a test file.

import type { Backend } from '@netwright/compiler';
import { checkEqual } from '../suite/checks.ts';
import { declareSuite } from '../suite/declare-suite.ts';
import { collectSuite, type Suite } from '../suite/suite.ts';
import type { BackendCase } from './backend-case.ts';
import type { BehaviourCase } from './behaviour-case.ts';
import { checkCase, type Outcome } from './check-case.ts';
import { functionCases, maskCases } from './function-cases.ts';
import { PRIMITIVE_NAMES, primitiveCases } from './primitive-cases.ts';
import { runCases } from './run-cases.ts';
import { storeCases } from './store-cases.ts';
import { trainingCases } from './training-cases.ts';

/**
 * Declares the tests of a backend against the reference in double precision: every sample of every primitive with its gradients, functions and losses,
 * random masks bit for bit, the store, runs and their errors, and training programs. Primitives in `capabilities.unsupported` must be refused and nothing else may
 * be; the last test asserts that every case was run.
 *
 * @param name - title of the suite, e.g. `cpu, 2 threads`.
 * @param createBackend - called once.
 */
export function testBackend(name: string, createBackend: () => Backend | Promise<Backend>): void {
  declareSuite(backendSuite(name, createBackend));
}

export function backendSuite(name: string, createBackend: () => Backend | Promise<Backend>): Suite {
  const outcomes = new Map<string, Outcome>();
  let declared = 0;
  let backend: Backend | undefined;
  const opened = (): Backend => {
    if (backend === undefined) throw new RangeError('the backend was not created');
    return backend;
  };
  return collectSuite(
    name,
    ({ group, test }) => {
      test('lists only primitives as unsupported', () => {
        const names: readonly string[] = PRIMITIVE_NAMES;
        const others = opened().capabilities.unsupported.filter((op) => !names.includes(op));
        checkEqual('names in capabilities.unsupported that are no primitives', others, []);
      });
      const compare = (title: string, cases: readonly BackendCase[]): void => {
        declared += cases.length;
        group(title, () => {
          for (const one of cases) {
            test(one.name, async () => {
              outcomes.set(`${title} ${one.name}`, await checkCase(opened(), one));
            });
          }
        });
      };
      const behave = (title: string, cases: readonly BehaviourCase[]): void => {
        declared += cases.length;
        group(title, () => {
          for (const one of cases) {
            test(one.name, async () => {
              await one.check(opened());
              outcomes.set(`${title} ${one.name}`, 'compared');
            });
          }
        });
      };
      for (const op of PRIMITIVE_NAMES) compare(op, primitiveCases(op));
      compare('functions', functionCases);
      compare('random masks', maskCases);
      behave('store', storeCases);
      behave('runs', runCases);
      behave('training', trainingCases);

      test(`runs all ${String(declared)} cases`, () => {
        const refused = [...outcomes.values()].filter((outcome) => outcome === 'refused').length;
        checkEqual('cases that gave an outcome', outcomes.size, declared);
        if (opened().capabilities.unsupported.length === 0) checkEqual('cases refused', refused, 0);
      });
    },
    {
      async open() {
        backend = await createBackend();
      },
      async close() {
        await backend?.dispose();
      },
    },
  );
}
