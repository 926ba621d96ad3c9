// The part of a graph that outputs, updates and chosen leaves need.

import { rootsOf } from '../dependents.ts';
import { RANDOM_INPUTS, type Graph, type Node, type ParameterDef, type StateDef } from '../graph.ts';
import { reachable } from '../inline.ts';
import { renumber } from './rebuild.ts';

const RANDOM: ReadonlySet<string> = new Set(RANDOM_INPUTS);

export interface LeafChoice {
  /** Whether an input stays although nothing reads it; those of the random key do not. */
  input(name: string): boolean;
  /** Whether a parameter or state stays although nothing reads or updates it. */
  entry(name: string): boolean;
}

/** Drops nodes and functions that nothing needs, and the unused leaves that `keep` does not choose; where that is nothing, gives `graph` itself. */
export function keepLeaves<I extends string, O extends string>(graph: Graph<I, O>, keep: LeafChoice): Graph<I, O> {
  const inputs = Object.keys(graph.inputs).filter((name) => !RANDOM.has(name) && keep.input(name));
  const roots = [
    ...rootsOf(graph),
    ...inputs.map((name) => (graph.inputs as Graph['inputs'])[name].value),
    ...entriesToKeep(graph, keep),
  ];
  const kept = reachable(graph, roots);
  const called = new Set(
    kept.flatMap((id) => {
      const node = graph.nodes[id];
      return node.op === 'call' ? [node.attrs.function] : [];
    }),
  );
  const functions = Object.entries(graph.functions).filter(([key]) => called.has(key));
  if (kept.length === graph.nodes.length && functions.length === Object.keys(graph.functions).length) return graph;
  const position = new Int32Array(graph.nodes.length).fill(-1);
  kept.forEach((id, index) => {
    position[id] = index;
  });
  const at = (id: number): number => position[id];
  const nodes = kept.map((id): Node => ({ ...graph.nodes[id], inputs: graph.nodes[id].inputs.map(at) }));
  const present = <T extends { readonly value: number }>(table: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(table).filter(([, { value }]) => at(value) >= 0));
  return renumber(
    {
      ...graph,
      nodes,
      inputs: present(graph.inputs) as Graph<I, O>['inputs'],
      parameters: present(graph.parameters),
      states: present(graph.states),
      functions: Object.fromEntries(functions),
    },
    at,
  );
}

/** Values of the parameters and states that are chosen, updated, or the initial value of one that stays. */
function entriesToKeep({ nodes, parameters, states, outputs, updates }: Graph, keep: LeafChoice): readonly number[] {
  const entries = new Map<string, ParameterDef | StateDef>([...Object.entries(parameters), ...Object.entries(states)]);
  const chosen = [...entries.keys()].filter((name) => keep.entry(name) || Object.hasOwn(updates, name));
  const stays = new Set(chosen);
  if (chosen.length < entries.size) {
    const read = new Set(reachable({ nodes }, rootsOf({ outputs, updates })));
    for (const [name, { value }] of entries) if (read.has(value)) stays.add(name);
  }
  const values: number[] = [];
  for (const name of stays) {
    const entry = entries.get(name);
    if (entry === undefined) continue;
    values.push(entry.value);
    if (entry.init.kind === 'copyOf') stays.add(entry.init.parameter);
  }
  return values;
}
