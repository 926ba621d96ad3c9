// Copies the nodes of one graph into a builder, with inputs replaced by given tensors.

import type { GraphBuilder } from './builder.ts';
import { NetwrightError } from './errors.ts';
import type { Graph, LeafNode } from './graph.ts';
import type { Tensor } from './tensor.ts';
import { equalTypes, formatType } from './tensor-type.ts';

/**
 * Appends the nodes that `wanted` outputs of `graph` need; returns those outputs by name. Scopes are put below the builder's current one.
 * Parameters and states keep their names, below the current scope too; one that the builder has already is shared. Updates are not copied.
 *
 * Errors: `inline.output` for an unknown output, `inline.input` for an input that is missing or of another type.
 */
export function inlineGraph(
  builder: GraphBuilder,
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  wanted: readonly string[] = Object.keys(graph.outputs),
): Record<string, Tensor> {
  const unknown = wanted.find((name) => !Object.hasOwn(graph.outputs, name));
  if (unknown !== undefined) throw unknownOutput(graph, unknown);
  const copies = new Map<number, Tensor>();
  const functionKeys = new Map<string, string>();
  const roots = wanted.map((name) => graph.outputs[name].value);
  for (const id of reachable(graph, roots)) {
    const node = graph.nodes[id];
    if (node.op === 'input') copies.set(id, requireInput(builder, inputs, node));
    else if (node.op === 'parameter' || node.op === 'state') copies.set(id, shareLeaf(builder, graph, node));
    else {
      const operands = node.inputs.map((input) => tensorAt(copies, input).id);
      const placed = { inputs: operands, scope: builder.qualifyScope(node.scope) };
      if (node.op === 'call') {
        const key = node.attrs.function;
        const registered = functionKeys.get(key) ?? builder.function(key, graph.functions[key]);
        functionKeys.set(key, registered);
        copies.set(id, builder.append({ ...node, ...placed, attrs: { function: registered } }));
      } else copies.set(id, builder.append({ ...node, ...placed }));
    }
  }
  return Object.fromEntries(wanted.map((name, index) => [name, tensorAt(copies, roots[index])]));
}

/** Ids that `roots` depend on, themselves included, in topological order. */
export function reachable(graph: { readonly nodes: Graph['nodes'] }, roots: readonly number[]): readonly number[] {
  const needed = new Uint8Array(graph.nodes.length);
  for (const root of roots) needed[root] = 1;
  const found: number[] = [];
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (needed[id] === 0) continue;
    found.push(id);
    for (const input of graph.nodes[id].inputs) needed[input] = 1;
  }
  return found.reverse();
}

function tensorAt(copies: ReadonlyMap<number, Tensor>, id: number): Tensor {
  const tensor = copies.get(id);
  if (tensor === undefined) throw new RangeError(`value ${String(id)} is read before it is computed`);
  return tensor;
}

function requireInput(builder: GraphBuilder, inputs: Readonly<Record<string, Tensor>>, node: LeafNode): Tensor {
  const { name } = node.attrs;
  const tensor = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  if (tensor !== undefined && equalTypes(tensor.type, node.type)) {
    builder.requireOwned('inlineGraph', [tensor]);
    return tensor;
  }
  throw new NetwrightError({
    code: 'inline.input',
    operation: 'inlineGraph',
    scope: builder.scope,
    expected: `a tensor ${formatType(node.type)} for the input ${name}`,
    received: tensor === undefined ? `inputs [${Object.keys(inputs).join(', ')}]` : formatType(tensor.type),
  });
}

function shareLeaf(builder: GraphBuilder, graph: Graph, leaf: LeafNode): Tensor {
  const { name } = leaf.attrs;
  const defs = leaf.op === 'parameter' ? builder.parameters : builder.states;
  const qualified = builder.qualify(name);
  const existing = Object.hasOwn(defs, qualified) ? builder.tensor(defs[qualified].value) : undefined;
  if (existing !== undefined && equalTypes(existing.type, leaf.type)) return existing;
  const def = leaf.op === 'parameter' ? graph.parameters[name] : graph.states[name];
  const { init } = def;
  const options = {
    ...def,
    init: init.kind === 'copyOf' ? { ...init, parameter: builder.qualify(init.parameter) } : init,
  };
  return leaf.op === 'parameter'
    ? builder.parameter(name, leaf.type.shape, options)
    : builder.state(name, leaf.type, options);
}

function unknownOutput(graph: Graph, name: string): NetwrightError {
  return new NetwrightError({
    code: 'inline.output',
    operation: 'inlineGraph',
    expected: `one of the outputs [${Object.keys(graph.outputs).join(', ')}]`,
    received: name,
  });
}
