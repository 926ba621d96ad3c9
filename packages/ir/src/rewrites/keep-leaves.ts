// The part of a graph that outputs, updates and chosen leaves need.

import { rootsOf } from '../dependents.ts';
import { RANDOM_INPUTS, type Graph, type Node } from '../graph.ts';
import { reachable } from '../inline.ts';
import { renumber } from './rebuild.ts';

const RANDOM: ReadonlySet<string> = new Set(RANDOM_INPUTS);

export interface LeafChoice {
  /** Whether an input stays although nothing reads it; those of the random key do not. */
  input(name: string): boolean;
  /** Whether a parameter or state stays although nothing reads or updates it. */
  entry(name: string): boolean;
}

/** Drops nodes and functions that nothing needs, and the unused leaves that `keep` does not choose. */
export function keepLeaves<I extends string, O extends string>(graph: Graph<I, O>, keep: LeafChoice): Graph<I, O> {
  const inputs = Object.keys(graph.inputs).filter((name) => !RANDOM.has(name) && keep.input(name));
  const roots = [
    ...rootsOf(graph),
    ...inputs.map((name) => (graph.inputs as Graph['inputs'])[name].value),
    ...entriesToKeep(graph, keep),
  ];
  const kept = reachable(graph, roots);
  const position = new Map(kept.map((id, index) => [id, index]));
  const at = (id: number): number => position.get(id) ?? -1;
  const nodes = kept.map((id): Node => ({ ...graph.nodes[id], inputs: graph.nodes[id].inputs.map(at) }));
  const called = new Set(nodes.flatMap((node) => (node.op === 'call' ? [node.attrs.function] : [])));
  const present = <T extends { readonly value: number }>(table: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(table).filter(([, { value }]) => position.has(value)));
  return renumber(
    {
      ...graph,
      nodes,
      inputs: present(graph.inputs) as Graph<I, O>['inputs'],
      parameters: present(graph.parameters),
      states: present(graph.states),
      functions: Object.fromEntries(Object.entries(graph.functions).filter(([key]) => called.has(key))),
    },
    at,
  );
}

/** Values of the parameters and states that are chosen, updated, or the initial value of one that stays. */
function entriesToKeep(graph: Graph, keep: LeafChoice): readonly number[] {
  const entries = { ...graph.parameters, ...graph.states };
  const read = new Set(reachable(graph, rootsOf(graph)));
  const stays = new Set(
    Object.entries(entries)
      .filter(([name, { value }]) => keep.entry(name) || read.has(value) || Object.hasOwn(graph.updates, name))
      .map(([name]) => name),
  );
  for (const name of stays) {
    const { init } = entries[name];
    if (init.kind === 'copyOf' && Object.hasOwn(entries, init.parameter)) stays.add(init.parameter);
  }
  return [...stays].map((name) => entries[name].value);
}
