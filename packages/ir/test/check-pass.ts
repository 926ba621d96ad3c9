// Whether a pass keeps a graph valid and its values.

import { expect } from 'vitest';
import { bindShape, GraphBuilder, verifyGraph, type Graph, type GraphPass } from '../src/index.ts';
import { drawNormal, uniformSource } from './draw.ts';
import { evaluateGraph, type Arrays } from './evaluate-graph.ts';

export interface PassCheck {
  readonly dims?: Readonly<Record<string, number>>;
  /** Data of inputs, parameters and states by name; the others are drawn. */
  readonly data?: Arrays;
  /** Largest difference of two numbers by their size, or by 1. Default 1e-12. */
  readonly tolerance?: number;
}

/** Runs the pass between two verifications and compares every output and update that both graphs have. Gives the result. */
export function checkPass<I extends string, O extends string>(
  pass: GraphPass,
  graph: Graph<I, O>,
  { dims = { N: 2 }, data = {}, tolerance = 1e-12 }: PassCheck = {},
): Graph<I, O> {
  verifyGraph(graph);
  const after = pass.run(graph);
  verifyGraph(after);
  const leaves = { ...drawLeaves(graph, dims), ...data };
  const [expected, received] = [graph, after].map((version) => evaluateGraph(withUpdates(version), leaves, dims));
  const names = Object.keys(received);
  expect(names.length).toBeGreaterThan(0);
  expect(Object.keys(expected)).toEqual(expect.arrayContaining(names));
  for (const name of names) expect(largestDifference(received[name], expected[name])).toBeLessThanOrEqual(tolerance);
  return after;
}

/** Difference relative to the larger size, or to 1 below it; infinite where only one is NaN or infinite, or their lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a, (x, i) => {
    if (Object.is(x, b[i]) || x === b[i]) return 0;
    const difference = Math.abs(x - b[i]) / Math.max(1, Math.abs(x), Math.abs(b[i]));
    return Number.isNaN(difference) ? Infinity : difference;
  }).reduce((worst, difference) => Math.max(worst, difference), 0);
}

/** Updates as outputs too, under `update <name>`. */
function withUpdates(graph: Graph): Graph {
  const builder = GraphBuilder.from(graph);
  for (const [name, value] of Object.entries(graph.updates)) builder.output(`update ${name}`, builder.tensor(value));
  return builder.finish();
}

/** Data of all inputs, parameters and states: normal for f32, 0 and 1 for integers, around 1.5 for variances. */
export function drawLeaves(graph: Graph, dims: Readonly<Record<string, number>>): Record<string, readonly number[]> {
  const uniform = uniformSource(11);
  const defs = { ...graph.inputs, ...graph.parameters, ...graph.states };
  return Object.fromEntries(
    Object.entries(defs).map(([name, { type }]) => {
      const count = bindShape(type.shape, dims).reduce((product, dim) => product * dim, 1);
      if (type.dtype !== 'f32') return [name, Array.from({ length: count }, () => Math.floor(2 * uniform()))];
      const shift = name.endsWith('var') ? 1.5 : 0;
      return [name, drawNormal(count, uniform).map((x) => (shift === 0 ? x : shift + Math.tanh(x)))];
    }),
  );
}
