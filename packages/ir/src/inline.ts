// Copies the nodes of one graph into a builder, with inputs replaced by given tensors.

import type { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import type { Tensor } from './tensor.ts';

/** Appends the nodes that `wanted` outputs of `graph` need; returns those outputs by name. Nodes take the builder's current scope. */
export function inlineGraph(
  builder: GraphBuilder,
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  wanted: readonly string[] = Object.keys(graph.outputs),
): Record<string, Tensor> {
  for (const [key, def] of Object.entries(graph.functions)) if (!builder.hasFunction(key)) builder.function(key, def);
  const copies = new Map<number, Tensor>();
  for (const id of reachable(graph, wanted.map((name) => graph.outputs[name].value))) {
    const node = graph.nodes[id];
    if (node.op === 'input') {
      copies.set(id, inputs[node.attrs.name]);
      continue;
    }
    const operands = node.inputs.map((input) => (copies.get(input) as Tensor).id);
    copies.set(id, builder.append({ ...node, inputs: operands, scope: builder.scope }));
  }
  return Object.fromEntries(wanted.map((name) => [name, copies.get(graph.outputs[name].value) as Tensor]));
}

/** Ids that `roots` depend on, themselves included, in topological order. */
export function reachable(graph: { readonly nodes: Graph['nodes'] }, roots: readonly number[]): readonly number[] {
  const needed = new Set<number>();
  const stack = [...roots];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    stack.push(...graph.nodes[id].inputs);
  }
  return [...needed].sort((a, b) => a - b);
}
