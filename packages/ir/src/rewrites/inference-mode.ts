// From the training form of a graph to its inference form.

import type { GraphBuilder } from '../builder.ts';
import { rootsOf } from '../dependents.ts';
import { resultTypesOf } from '../function.ts';
import type { CallNode, FunctionDef, Graph, OutputDef } from '../graph.ts';
import { inlineGraph, reachable } from '../inline.ts';
import type { GraphPass } from '../pass.ts';
import type { Tensor } from '../tensor.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';
import { keepLeaves } from './keep-leaves.ts';
import { rebuild } from './rebuild.ts';

/**
 * Removes training-only outputs and all updates, gives every function its inference form (no dropout, running statistics), also inside other
 * functions, and drops what is then not needed: nodes, parameters and states (`removedNames` lists them), and inputs that only the removed parts
 * read, such as targets and hyper-parameters.
 */
export const inferenceMode: GraphPass = {
  name: 'inference-mode',
  requires: 'functions are not inlined yet',
  guarantees:
    'no training-only output, no update, no call that has an inference form, no parameter, state or input only these needed',
  run: <I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O> => {
    const predictions = Object.fromEntries(
      Object.entries<OutputDef>(graph.outputs).filter(([, { role }]) => role === 'prediction'),
    ) as Graph<I, O>['outputs'];
    const used = new Set(reachable(graph, rootsOf(graph)));
    const inputs = graph.inputs as Graph['inputs'];
    const { graph: replaced } = inferenceForms({ ...graph, outputs: predictions, updates: {} });
    return keepLeaves(replaced, { input: (name) => !used.has(inputs[name].value), entry: () => false });
  },
};

/** `graph` with the inference forms of its calls, and whether any call has one. */
function inferenceForms<I extends string, O extends string>(
  graph: Graph<I, O>,
): { readonly graph: Graph<I, O>; readonly changed: boolean } {
  const forms = new Map(Object.entries(graph.functions).map(([key, def]) => [key, inferenceForm(def)]));
  const results = new Map<number, readonly Tensor[]>();
  const rebuilt = rebuild(graph, (node, { id, operands, builder }) => {
    if (node.op === 'result') return results.get(node.inputs[0])?.[node.attrs.index];
    const form = node.op === 'call' ? forms.get(node.attrs.function) : undefined;
    if (node.op !== 'call' || form === undefined) return undefined;
    const tensors = applyForm(builder, node, form, operands);
    results.set(id, tensors);
    return tensors[0];
  });
  return results.size === 0 ? { graph, changed: false } : { graph: rebuilt, changed: true };
}

function inferenceForm({ name, attrs, body, inference }: FunctionDef): FunctionDef | undefined {
  const { graph, changed } = inferenceForms(inference ?? body);
  if (inference === undefined && !changed) return undefined;
  return { name, attrs, body: eliminateDeadCode.run(graph) };
}

/** Results that are operands are taken from there; what is left stays a call, unless it leaves operands unused, which a call would keep alive. */
function applyForm(
  builder: GraphBuilder,
  { attrs, scope }: CallNode,
  form: FunctionDef,
  operands: readonly Tensor[],
): readonly Tensor[] {
  const { body } = form;
  const types = resultTypesOf(body);
  const outputs = types.map((_, index) => body.outputs[`y${String(index)}`].value);
  const leaves = operands.map((_, index) => body.inputs[`x${String(index)}`].value);
  const passed = outputs.map((value) => leaves.indexOf(value));
  const computed = outputs.filter((_, index) => passed[index] < 0);
  const needed = new Set(reachable(body, computed));
  if (!leaves.every((value) => needed.has(value))) {
    const inputs = Object.fromEntries(operands.map((operand, index) => [`x${String(index)}`, operand]));
    const inlined = inlineGraph(builder, body, inputs);
    return types.map((_, index) => inlined[`y${String(index)}`]);
  }
  const call = builder.append({
    op: 'call',
    inputs: operands.map(({ id }) => id),
    attrs: { function: builder.function(`${attrs.function}@inference`, form) },
    type: types[0],
    scope,
  });
  return types.map((type, index) =>
    passed[index] < 0
      ? builder.append({ op: 'result', inputs: [call.id], attrs: { index }, type, scope })
      : operands[passed[index]],
  );
}
