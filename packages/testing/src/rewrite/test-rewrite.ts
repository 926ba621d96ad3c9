// The conformance suite of rewrites: a pass may change how a graph computes, and nothing of what it computes.

import { structuralHash, toJson, fromJson, verifyGraph, formatType, type Graph, type GraphPass } from '@netwright/ir';
import { expectResults, expectTensor } from '../run/expect-close.ts';
import { runReference } from '../run/run-program.ts';
import type { Dims } from '../run/tensors.ts';
import { largest } from '../run/tolerance.ts';
import { check, checkEqual } from '../suite/checks.ts';
import { declareSuite } from '../suite/declare-suite.ts';
import { collectSuite, requireCases, type Suite } from '../suite/suite.ts';
import { drawCase, gradientGraph, runTwice, type CaseData, type Fills } from './rewrite-runs.ts';

/** A graph to rewrite. */
export interface RewriteCase {
  /** Unique in the rewrite. */
  readonly name: string;
  build(): Graph;
  /** Sizes of symbolic dimensions. Default none. */
  readonly dims?: Dims;
  /** How inputs, parameters and states are filled, by name. Default: f32 inputs and parameters normal, f32 states uniform in [0.5, 1.5), integers and truth values 0 or 1. */
  readonly fills?: Fills;
  /** Whether the rewrite finds something to do here; where it does not, the graph must stay as it is. Default true. */
  readonly changes?: boolean;
  /** Whether gradients by parameters and inputs are compared too. Default true. */
  readonly differentiable?: boolean;
}

/** How exactly results must agree. */
export interface TestRewriteOptions {
  /** Share of the largest element by which results may differ, in double precision. Default 1e-9. */
  readonly tolerance?: number;
}

/**
 * Declares the tests of a rewrite on each case: a valid graph with the same outputs, updates and names; the operand left alone; the same results and updated entries over
 * two runs, after rewriting once and twice; the same gradients; something rewritten where there is something to rewrite, and nothing elsewhere.
 *
 * @param cases - at least one.
 */
export function testRewrite(rewrite: GraphPass, cases: readonly RewriteCase[], options: TestRewriteOptions = {}): void {
  declareSuite(rewriteSuite(rewrite, cases, options));
}

export function rewriteSuite(
  rewrite: GraphPass,
  cases: readonly RewriteCase[],
  { tolerance = 1e-9 }: TestRewriteOptions = {},
): Suite {
  requireCases(rewrite.name, cases);
  return collectSuite(rewrite.name, ({ group, test }) => {
    for (const one of cases) {
      const { changes = true, differentiable = true, dims = {} } = one;
      group(one.name, () => {
        test('gives a valid graph with the same interface', () => {
          const before = one.build();
          const after = rewrite.run(before);
          verifyGraph(after);
          checkEqual('outputs', outputsOf(after), outputsOf(before));
          checkEqual('updates', Object.keys(after.updates).sort(), Object.keys(before.updates).sort());
          for (const table of ['inputs', 'parameters', 'states'] as const) {
            const added = Object.keys(after[table]).filter((name) => !Object.hasOwn(before[table], name));
            checkEqual(`${table} that were not there`, added, []);
          }
        });

        test('leaves its operand alone and gives the same graph again', () => {
          const graph = one.build();
          const text = JSON.stringify(toJson(graph));
          const first = structuralHash(rewrite.run(graph));
          check('the operand', JSON.stringify(toJson(graph)) === text, 'as it was', 'a changed graph');
          checkEqual('hash of the result of a second run', structuralHash(rewrite.run(graph)), first);
        });

        test(changes ? 'rewrites something' : 'leaves the graph as it is', () => {
          const graph = one.build();
          const same = structuralHash(rewrite.run(graph)) === structuralHash(graph);
          if (changes) check('the result', !same, 'another graph', 'the same graph');
          else check('the result', same, 'the same graph', 'another graph');
        });

        test('gives a graph that survives JSON', () => {
          const graph = rewrite.run(one.build());
          const copy = fromJson(JSON.parse(JSON.stringify(toJson(graph))));
          checkEqual('hash of the graph read from JSON', structuralHash(copy), structuralHash(graph));
        });

        test('keeps results and updated entries', async () => {
          const before = one.build();
          const data = drawCase(rewrite.name, one, before);
          const once = rewrite.run(before);
          await compareRuns('', { before, after: once, data, dims, tolerance });
          await compareRuns('rewritten twice', { before, after: rewrite.run(once), data, dims, tolerance });
        });

        if (differentiable) {
          test('keeps gradients', async () => {
            const before = one.build();
            const data = drawCase(rewrite.name, one, before);
            await compareGradients({ before, after: rewrite.run(before), data, dims, tolerance });
          });
        }
      });
    }
  });
}

function outputsOf({ outputs, nodes }: Graph): unknown {
  return Object.entries(outputs).map(([name, { value, role, lossWeight }]) => [
    name,
    { type: formatType(nodes[value].type), role, lossWeight },
  ]);
}

interface Comparison {
  readonly before: Graph;
  readonly after: Graph;
  readonly data: CaseData;
  readonly dims: Dims;
  readonly tolerance: number;
}

async function compareRuns(what: string, { before, after, data, dims, tolerance }: Comparison): Promise<void> {
  const expected = await runTwice(before, data, dims);
  const received = await runTwice(after, data, dims);
  for (const [run, results] of expected.runs.entries()) {
    const name = [what, `run ${run + 1}`].filter((part) => part !== '').join(', ');
    const bounds = Object.fromEntries(
      Object.entries(results).map(([output, tensor]) => [output, boundsOf(tensor, tolerance)]),
    );
    expectResults({ name, graph: before, precision: 'f64' }, results, received.runs[run], bounds);
  }
  for (const [name, tensor] of Object.entries(received.entries)) {
    if (!Object.hasOwn(expected.entries, name)) continue;
    const comparison = { name: [what, 'store after two runs'].filter((part) => part !== '').join(', ') };
    expectTensor(
      { ...comparison, precision: 'f64' },
      name,
      expected.entries[name],
      tensor,
      boundsOf(tensor, tolerance),
    );
  }
}

async function compareGradients({ before, after, data, dims, tolerance }: Comparison): Promise<void> {
  const shared = (['inputs', 'parameters'] as const).flatMap((table) =>
    Object.entries(after[table]).flatMap(([name, { type }]) =>
      type.dtype === 'f32' && Object.hasOwn(before[table], name) ? [name] : [],
    ),
  );
  const [expected, received] = await Promise.all(
    [before, after].map((graph) => runReference({ ...gradientGraph(graph, shared, data, dims), dims })),
  );
  for (const [name, tensor] of Object.entries(expected))
    expectTensor({ name: 'gradients', precision: 'f64' }, name, tensor, received[name], boundsOf(tensor, tolerance));
}

function boundsOf(
  { dtype, data }: { readonly dtype: string; readonly data: ArrayLike<number> },
  tolerance: number,
): Float64Array {
  return new Float64Array(data.length).fill(dtype === 'f32' ? tolerance * Math.max(largest(data), 1) : 0);
}
