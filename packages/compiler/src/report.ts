// Facts about a compiled program.

import { bindShape, BYTES_PER_ELEMENT, costOf, type Graph } from '@netwright/ir';
import type { CompileReport } from './backend.ts';
import type { Dims } from './lowering/lower-graph.ts';
import type { PlannedProgram } from './planned-program.ts';

/** The facts that only the backend knows. */
export interface ReportOptions {
  readonly backend: string;
  /** The resolved target, e.g. `wasm:threads=2`. */
  readonly target: string;
  /** Sizes of the graph's symbolic dimensions. */
  readonly dims: Dims;
  /** How each kernel is run, by position; empty where there is nothing to say. Default none. */
  readonly schedules?: readonly string[];
  readonly compileMilliseconds: number;
}

/**
 * The report of a planned program.
 *
 * @param graph - what the program was compiled from; parameters, persistent bytes and multiply-adds are counted on it.
 */
export function reportOf(
  graph: Graph,
  { program, plan }: PlannedProgram,
  { backend, target, dims, schedules = [], compileMilliseconds }: ReportOptions,
): CompileReport {
  const { parameters, macs, matmulMacs } = costOf(graph, dims);
  const entries = [...Object.values(graph.parameters), ...Object.values(graph.states)];
  return {
    backend,
    target,
    kernels: program.kernels.map(({ name, sources }, at) => ({
      name,
      operations: sources.map(({ op }) => op),
      schedule: schedules[at] ?? '',
    })),
    parameters,
    persistentBytes: entries.reduce(
      (sum, { type }) =>
        sum + bindShape(type.shape, {}).reduce((product, dim) => product * dim, BYTES_PER_ELEMENT[type.dtype]),
      0,
    ),
    arenaBytes: plan.arenaBytes,
    peakBytes: plan.peakBytes,
    macs: macs + matmulMacs,
    compileMilliseconds,
  };
}
