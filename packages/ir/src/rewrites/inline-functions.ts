import { resultTypesOf } from '../function.ts';
import type { Graph } from '../graph.ts';
import { inlineGraph } from '../inline.ts';
import type { GraphPass } from '../pass.ts';
import type { Tensor } from '../tensor.ts';
import { rebuild } from './rebuild.ts';

/** Replaces every call by the body of its function, also inside bodies. Nodes of a body get the scope of the call. */
export const inlineFunctions: GraphPass = {
  name: 'inline-functions',
  requires: 'a valid graph',
  guarantees: 'no calls; the graph carries no functions',
  run: (graph) => {
    let current = graph;
    while (current.nodes.some(({ op }) => op === 'call')) current = inlineOnce(current);
    return { ...current, functions: {} };
  },
};

function inlineOnce<I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O> {
  const results = new Map<number, readonly Tensor[]>();
  return rebuild(graph, (node, { id, operands, builder }) => {
    if (node.op === 'result') return results.get(node.inputs[0])?.[node.attrs.index];
    if (node.op !== 'call') return undefined;
    const { body } = graph.functions[node.attrs.function];
    const inputs = Object.fromEntries(operands.map((operand, index) => [`x${String(index)}`, operand]));
    const outputs = inlineGraph(builder, body, inputs);
    const tensors = resultTypesOf(body).map((_, index) => outputs[`y${String(index)}`]);
    results.set(id, tensors);
    return tensors[0];
  });
}
