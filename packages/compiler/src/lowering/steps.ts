// Which values are only a step on the way to others, so that no kernel needs to store them.

import {
  dependentsOf,
  primitives,
  rootsOf,
  isPrimitiveNode,
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
  const roots = new Set(rootsOf(graph));
  const readers = nodes.map((): number[] => []);
  nodes.forEach(({ inputs }, id) => {
    for (const input of inputs) readers[input].push(id);
  });
  /** Elementwise values that nothing but such values follows. */
  const last = new Set<number>();
  const steps = new Set<number>();
  for (let id = nodes.length - 1; id >= 0; id--) {
    if (!isElementwise(nodes[id]) || !readers[id].every((reader) => last.has(reader))) continue;
    last.add(id);
    const [reader, ...others] = readers[id];
    if (others.length > 0 || roots.has(id) || nodes[id].type.dtype === 'u8') continue;
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
  const entries = { ...graph.parameters, ...graph.states };
  const updated = Object.keys(graph.updates).map((name) => entries[name]);
  return dependentsOf(
    graph,
    [...Object.values(graph.inputs), ...updated].map(({ value }) => value),
  );
}
