// Builds a graph anew node by node; what rewrites share.

import { GraphBuilder } from '../builder.ts';
import type { Graph, Node } from '../graph.ts';
import type { Tensor } from '../tensor.ts';

export interface RebuildContext {
  readonly id: number;
  /** The copies of the node's operands. */
  readonly operands: readonly Tensor[];
  readonly builder: GraphBuilder;
  /** The copy of an earlier value. */
  copyOf(id: number): Tensor;
}

/**
 * A copy of `graph` in which `replace` may put another value of the same type in place of a node; undefined keeps the node. It runs in the node's
 * scope. Names, roles and updates follow the values.
 */
export function rebuild<I extends string, O extends string>(
  graph: Graph<I, O>,
  replace: (node: Node, context: RebuildContext) => Tensor | undefined,
): Graph<I, O> {
  const builder = builderFor(graph);
  const copies: Tensor[] = [];
  const copyOf = (id: number): Tensor => copies[id];
  graph.nodes.forEach((node, id) => {
    const operands = node.inputs.map(copyOf);
    const replaced = builder.at(node.scope, () => replace(node, { id, operands, builder, copyOf }));
    copies.push(replaced ?? builder.append({ ...node, inputs: operands.map((operand) => operand.id) }));
  });
  const { nodes, functions } = builder.finish();
  return renumber({ ...graph, nodes, functions }, (id) => copies[id].id);
}

/** A builder without nodes that has the functions of `graph`, for a copy of it. */
export function builderFor(graph: Graph): GraphBuilder {
  return GraphBuilder.from({ ...graph, nodes: [], inputs: {}, parameters: {}, states: {}, outputs: {}, updates: {} });
}

/** `graph` with the values that its tables name replaced; `graph.nodes` are those of the new numbers. */
export function renumber<I extends string, O extends string>(
  graph: Graph<I, O>,
  at: (id: number) => number,
): Graph<I, O> {
  const follow = <T extends { readonly value: number }>(table: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(table).map(([name, def]) => [name, { ...def, value: at(def.value) }]));
  return {
    ...graph,
    inputs: follow(graph.inputs) as Graph<I, O>['inputs'],
    parameters: follow(graph.parameters),
    states: follow(graph.states),
    outputs: follow(graph.outputs) as Graph<I, O>['outputs'],
    updates: Object.fromEntries(Object.entries(graph.updates).map(([name, value]) => [name, at(value)])),
  };
}
