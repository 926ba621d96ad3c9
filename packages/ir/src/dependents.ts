// Which values depend on others.

import type { Graph } from './graph.ts';

/** The values that depend on `sources`, themselves included. */
export function dependentsOf({ nodes }: Pick<Graph, 'nodes'>, sources: readonly number[]): ReadonlySet<number> {
  const found = new Set(sources);
  nodes.forEach(({ inputs }, id) => {
    if (inputs.some((input) => found.has(input))) found.add(id);
  });
  return found;
}

/** The values that depend on a graph input: activations, as opposed to what follows from parameters, states and constants. */
export function activationsOf(graph: Graph): ReadonlySet<number> {
  return dependentsOf(
    graph,
    Object.values(graph.inputs).map(({ value }) => value),
  );
}

/** Values that outputs and updates name. */
export function rootsOf({ outputs, updates }: Pick<Graph, 'outputs' | 'updates'>): readonly number[] {
  return [...Object.values(outputs).map(({ value }) => value), ...Object.values(updates)];
}
