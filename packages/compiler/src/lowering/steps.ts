// Which values are only a step on the way to others, so that no kernel needs to store them.

import {
  dependentsOf,
  isPrimitiveNode,
  primitives,
  readersOf,
  type Graph,
  type Node,
  type PrimitiveNode,
} from '@netwright/ir';

/**
 * The elementwise values that one value alone reads, where only elementwise values follow up to outputs and updates: most of what an optimizer computes. Elsewhere
 * it may be cheaper to repeat than to store what leads to a value that is needed again later, which fusion weighs value by value. What is computed once, when the
 * store changes, stays apart from what every run computes. A u8 is narrowed by being stored.
 */
export function stepsOf(graph: Graph): ReadonlySet<number> {
  const { nodes } = graph;
  const changing = changingValues(graph);
  const readers = readersOf(graph);
  /** Elementwise values that nothing but such values follows. */
  const last = new Set<number>();
  const steps = new Set<number>();
  for (let id = nodes.length - 1; id >= 0; id--) {
    const own = readers.get(id) ?? [];
    if (!isElementwise(nodes[id]) || !own.every((one) => one === undefined || last.has(one))) continue;
    last.add(id);
    const [reader] = own;
    if (reader === undefined || own.length > 1 || nodes[id].type.dtype === 'u8') continue;
    if (changing.has(id) === changing.has(reader)) steps.add(id);
  }
  return steps;
}

export function isElementwise(node: Node): node is PrimitiveNode {
  return isPrimitiveNode(node) && primitives[node.op].traits.family === 'elementwise';
}

export function isView(node: Node): node is PrimitiveNode {
  return isPrimitiveNode(node) && primitives[node.op].traits.family === 'view';
}

/** The values that depend on inputs or on persistent entries that the graph updates. */
function changingValues(graph: Graph): ReadonlySet<number> {
  const { inputs, parameters, states, updates } = graph;
  const updated = Object.keys(updates).map((name) => parameters[name] ?? states[name]);
  return dependentsOf(
    graph,
    [...Object.values(inputs), ...updated].map(({ value }) => value),
  );
}
