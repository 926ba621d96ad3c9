import { resultTypesOf } from '../function.ts';
import type { FunctionDef, Graph } from '../graph.ts';
import { inlineGraph } from '../inline.ts';
import type { GraphPass } from '../pass.ts';
import type { Tensor } from '../tensor.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';
import { rebuild } from './rebuild.ts';

/** Replaces every call by the body of its function, also inside bodies. Nodes of a body get the scope of the call. */
export const inlineFunctions: GraphPass = {
  name: 'inline-functions',
  requires: 'a valid graph',
  guarantees: 'no calls; the graph carries no functions',
  run: (graph) => ({ ...inlineWhile(graph, () => true), functions: {} }),
};

/** As {@link inlineFunctions}, but for the functions that `keep` chooses, whose calls stay. */
export function inlineFunctionsExcept(keep: (def: FunctionDef) => boolean): GraphPass {
  return {
    name: 'inline-functions',
    requires: 'a valid graph',
    guarantees: 'no calls but of the chosen functions',
    run: (graph) => eliminateDeadCode.run(inlineWhile(graph, (def) => !keep(def))),
  };
}

function inlineWhile<I extends string, O extends string>(
  graph: Graph<I, O>,
  isInlined: (def: FunctionDef) => boolean,
): Graph<I, O> {
  let current = graph;
  for (;;) {
    const { functions } = current;
    const keys = new Set(Object.keys(functions).filter((key) => isInlined(functions[key])));
    if (!current.nodes.some((node) => node.op === 'call' && keys.has(node.attrs.function))) return current;
    current = inlineOnce(current, keys);
  }
}

function inlineOnce<I extends string, O extends string>(graph: Graph<I, O>, keys: ReadonlySet<string>): Graph<I, O> {
  const results = new Map<number, readonly Tensor[]>();
  return rebuild(graph, (node, { id, operands, builder }) => {
    if (node.op === 'result') return results.get(node.inputs[0])?.[node.attrs.index];
    if (node.op !== 'call' || !keys.has(node.attrs.function)) return undefined;
    const { body } = graph.functions[node.attrs.function];
    const inputs = Object.fromEntries(operands.map((operand, index) => [`x${String(index)}`, operand]));
    const outputs = inlineGraph(builder, body, inputs);
    const tensors = resultTypesOf(body).map((_, index) => outputs[`y${String(index)}`]);
    results.set(id, tensors);
    return tensors[0];
  });
}
