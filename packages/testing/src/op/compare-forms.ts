// One graph in two forms: on a backend and on the reference, as built and as saved.

import { compile, type Backend } from '@netwright/compiler';
import { fromJson, toJson } from '@netwright/ir';
import { expectResults } from '../run/expect-close.ts';
import { runProgram, runReference, type Program } from '../run/run-program.ts';
import type { Dims } from '../run/tensors.ts';
import { tolerancesOf } from '../run/tolerance.ts';
import type { DerivativeGraph } from './derivatives.ts';

/** Every output on `backend` against the reference's; returns the operations of the kernels. */
export async function compareOnBackend(backend: Backend, program: Program): Promise<readonly string[]> {
  const { graph, dims = {} } = program;
  const { precision } = backend.capabilities;
  const expected = await runReference(program);
  const received = await runProgram(backend, program);
  const tolerances = await tolerancesOf(program, expected, precision);
  expectResults({ name: '', graph, precision }, expected, received, tolerances);
  const { report, dispose } = await compile(graph, backend, { dims });
  await dispose();
  return [...new Set(report.kernels.flatMap(({ operations }) => operations))];
}

/** The graph after JSON against the graph itself, bit for bit. */
export async function compareSaved({ graph, inputs }: DerivativeGraph, dims: Dims): Promise<void> {
  const saved = fromJson(JSON.parse(JSON.stringify(toJson(graph))));
  const [expected, received] = await Promise.all(
    [graph, saved].map((one) => runReference({ graph: one, inputs, dims })),
  );
  const zero = Object.fromEntries(
    Object.entries(expected).map(([name, { data }]) => [name, new Float64Array(data.length)]),
  );
  expectResults({ name: 'a saved graph', graph, precision: 'f64' }, expected, received, zero);
}
