// Runs one case on the backend under test and on the reference.

import type { Backend } from '@netwright/compiler';
import { eliminateDeadCode, inlineFunctions, isNetwrightError, NetwrightError, type Graph } from '@netwright/ir';
import { expectResults, expectSameBits } from '../run/expect-close.ts';
import { runProgram, runReference, type Program } from '../run/run-program.ts';
import { tolerancesOf } from '../run/tolerance.ts';
import { check, checkError, outcomeOf } from '../suite/checks.ts';
import type { BackendCase } from './backend-case.ts';

export type Outcome = 'compared' | 'refused';

/**
 * Compares the case's results with the reference's; where the backend states that it does not support one of its primitives, checks that it refuses.
 *
 * @throws NetwrightError `testing.refused` when the backend fails on a graph of supported primitives, and those of the comparison.
 */
export async function checkCase(backend: Backend, { build, exact = false }: BackendCase): Promise<Outcome> {
  const program = build();
  const refused = unsupportedIn(program.graph, backend);
  if (refused.length > 0) {
    await expectRefusal(backend, program);
    return 'refused';
  }
  const { precision } = backend.capabilities;
  const comparison = { name: '', graph: program.graph, precision };
  const expected = await runReference(program);
  const received = await runProgram(backend, program).catch((error: unknown) => {
    throw new NetwrightError({
      code: 'testing.refused',
      operation: '',
      expected: `results from ${backend.name}, which does not list any of these primitives as unsupported`,
      received: error instanceof Error ? error.message : String(error),
      hint: 'support it, or list the primitive in capabilities.unsupported',
      cause: error,
    });
  });
  if (exact) {
    for (const output of Object.keys(expected)) {
      const { data } = expected[output];
      const rounded = { ...expected[output], data: precision === 'f32' ? Float32Array.from(data) : data };
      expectSameBits(comparison, output, rounded, received[output]);
    }
  } else expectResults(comparison, expected, received, await tolerancesOf(program, expected, precision));
  return 'compared';
}

/** Primitives of the graph, functions inlined, that the backend lists as unsupported. */
export function unsupportedIn(graph: Graph, { capabilities }: Backend): readonly string[] {
  const { nodes } = eliminateDeadCode.run(inlineFunctions.run(graph));
  return [...new Set(nodes.map(({ op }) => op))].filter((op) => capabilities.unsupported.includes(op));
}

/** Both the compiler and the backend itself must say no, with an error of ours. */
async function expectRefusal(backend: Backend, program: Program): Promise<void> {
  await checkError(
    `compile, of what ${backend.name} lists as unsupported`,
    () => runProgram(backend, program),
    'compile.unsupported',
    [],
  );
  const store = await backend.createStore();
  const outcome = await outcomeOf(() =>
    backend.load(inlineFunctions.run(program.graph), store, { dims: program.dims ?? {} }),
  );
  check(
    `load, of what ${backend.name} lists as unsupported`,
    isNetwrightError(outcome),
    'an error of Netwright',
    outcome instanceof Error ? outcome.message : 'none',
  );
  await store.dispose();
}
