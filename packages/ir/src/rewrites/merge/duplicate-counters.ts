// Counters that always agree, because they start alike and are updated alike from nothing but themselves.

import type { Graph } from '../../graph.ts';
import { reachable } from '../../inline.ts';
import { equalData } from '../../plain-data.ts';
import { readersOf } from '../readers-of.ts';
import { joinNames } from './join-names.ts';

/**
 * For each list of states that become one, the counters beside them (in the scopes of those states, with one last name) that become one as well:
 * such as the number of batches that the batch norms of several branches have seen.
 */
export function duplicateCounters(
  graph: Graph,
  merged: readonly (readonly string[])[],
): readonly { readonly name: string; readonly states: readonly string[] }[] {
  const counters = countersOf(graph);
  const found = new Map<string, readonly string[]>();
  for (const scopes of merged.map((names) => names.map((name) => name.slice(0, name.lastIndexOf('.') + 1)))) {
    const [first = ''] = scopes;
    for (const name of counters.keys()) {
      if (!name.startsWith(first) || name.slice(first.length).includes('.')) continue;
      const states = scopes.map((scope) => `${scope}${name.slice(first.length)}`);
      const rule = counters.get(name);
      const alike = states.every((state) => counters.has(state) && equalData(counters.get(state), rule));
      if (alike && new Set(states).size > 1) found.set(joinNames(states), states);
    }
  }
  return [...found].map(([name, states]) => ({ name, states }));
}

/** For each state that only its own update reads, how it starts and is updated, as data. */
function countersOf(graph: Graph): ReadonlyMap<string, unknown> {
  const readers = readersOf(graph);
  const counters = new Map<string, unknown>();
  for (const [name, { value, ...def }] of Object.entries(graph.states)) {
    if (!Object.hasOwn(graph.updates, name)) continue;
    const steps = reachable(graph, [graph.updates[name]]);
    const inside = new Set<number | undefined>([...steps, undefined]);
    const leaves = steps.filter((id) => ['input', 'parameter', 'state', 'call'].includes(graph.nodes[id].op));
    const alone = steps.every((id) => readers.get(id)?.every((reader) => inside.has(reader)) ?? false);
    if (!alone || leaves.some((id) => id !== value)) continue;
    const rule = steps.map((id) => {
      const { op, attrs, inputs } = graph.nodes[id];
      return [op, id === value ? null : attrs, inputs.map((input) => steps.indexOf(input))];
    });
    counters.set(name, { def, rule });
  }
  return counters;
}
