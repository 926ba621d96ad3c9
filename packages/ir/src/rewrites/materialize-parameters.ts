// What a rewrite left as expressions of parameters becomes parameters, with the graph that computes their values from the old ones.

import { GraphBuilder } from '../builder.ts';
import { activationsOf, rootsOf } from '../dependents.ts';
import { isPrimitiveNode, type Graph, type Node, type ParameterDef, type StateDef } from '../graph.ts';
import { reachable } from '../inline.ts';
import { zerosInit, type Initializer } from '../initializer.ts';
import { primitives } from '../ops/primitives.ts';
import { equalData } from '../plain-data.ts';
import type { Tensor } from '../tensor.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';
import { duplicateCounters } from './merge/duplicate-counters.ts';
import { mergeFamilies } from './merge/families.ts';
import { joinNames } from './merge/join-names.ts';
import { joinSlices } from './merge/join-slices.ts';

/** A graph in which expressions of parameters have become parameters, and the program that carries weights over. */
export interface MaterializedGraph<I extends string, O extends string> {
  /** Reads the new parameters and states in place of the expressions; the old ones that only those read are gone. */
  readonly graph: Graph<I, O>;
  /** Has the old parameters and states, no inputs, and for each parameter and state of `graph` an output of its name: its value. */
  readonly conversion: Graph<never>;
}

/**
 * Makes parameters of the expressions of parameters, and states of those of states, that activations read: concatenated and folded weights, as
 * merging passes and batch-norm folding leave them. Run `conversion` on the old values to get the new ones.
 *
 * An expression stays one when it shares a parameter with something that is read as it is, or a state whose update would be lost. A new entry is
 * named by the parts on which the names of the old ones agree, or by its scope; it has their initializer and group where these agree, otherwise
 * zeros and `decay`.
 */
export function materializeParameters<I extends string, O extends string>(graph: Graph<I, O>): MaterializedGraph<I, O> {
  const expressions = expressionsOf(graph);
  const counters = duplicateCounters(
    graph,
    expressions.filter(({ kind }) => kind === 'state').map(({ leaves }) => leaves),
  );
  const names = uniqueNames(graph, expressions, counters);
  const builder = new GraphBuilder();
  const copies = new Map<number, Tensor>();
  const rootOf = new Map(expressions.map((expression) => [expression.root, expression]));
  const dropped = new Map(counters.flatMap(({ name, states }) => states.map((state) => [state, name] as const)));
  const copyOf = (id: number): Tensor => {
    const existing = copies.get(id);
    if (existing !== undefined) return existing;
    const copy = copyNode(id);
    copies.set(id, copy);
    return copy;
  };
  const copyNode = (id: number): Tensor => {
    const node = graph.nodes[id];
    const expression = rootOf.get(id);
    if (expression !== undefined) return declare(builder, graph, expression, names.get(id) ?? '');
    if (node.op === 'input' || node.op === 'parameter') return builder.copyLeaf(graph, node);
    if (node.op !== 'state') return builder.append({ ...node, inputs: node.inputs.map((input) => copyOf(input).id) });
    const counter = dropped.get(node.attrs.name);
    return counter === undefined ? builder.copyLeaf(graph, node) : counterOf(builder, graph, node.attrs.name, counter);
  };
  for (const [key, def] of Object.entries(graph.functions)) builder.function(key, def);
  const gone = new Set(expressions.flatMap(({ leaves }) => leaves));
  const unread = goneValues(graph, gone, rootOf);
  graph.nodes.forEach((_, id) => {
    if (!unread.has(id)) copyOf(id);
  });
  for (const [name, { value, role, lossWeight }] of Object.entries<Graph['outputs'][string]>(graph.outputs))
    builder.output(name, copyOf(value), { role, lossWeight });
  for (const [name, value] of Object.entries(graph.updates))
    if (!gone.has(name)) builder.update(dropped.get(name) ?? name, copyOf(value));
  for (const { root, kind } of expressions) {
    if (kind === 'state') builder.update(names.get(root) ?? '', updatedExpression(graph, root, builder, copyOf));
  }
  const result = mergeFamilies(eliminateDeadCode.run(builder.finish<I, O>()), [joinSlices]);
  return { graph: result, conversion: conversionGraph(graph, result, expressions, names, counters) };
}

interface Expression {
  readonly root: number;
  /** Names of the parameters and states that it reads. */
  readonly leaves: readonly string[];
  /** A state when all its leaves are updated states. */
  readonly kind: 'parameter' | 'state';
}

/** Outermost expressions that can become entries. */
function expressionsOf(graph: Graph): readonly Expression[] {
  const activations = activationsOf(graph);
  const isLeaf = (id: number): boolean => graph.nodes[id].op === 'parameter' || graph.nodes[id].op === 'state';
  const leavesOf = (id: number): readonly string[] =>
    reachable(graph, [id]).flatMap((inner) => {
      const node = graph.nodes[inner];
      return node.op === 'parameter' || node.op === 'state' ? [node.attrs.name] : [];
    });
  const needed = reachable(graph, rootsOf(graph));
  const read = needed.flatMap((id) => (activations.has(id) ? graph.nodes[id].inputs : []));
  const sources = [...new Set(read.filter((id) => !activations.has(id)).map((id) => withoutViews(graph, id)))];
  const kept = new Set(sources.filter(isLeaf).flatMap(leavesOf));
  for (const id of rootsOf(graph)) if (!activations.has(id)) for (const name of leavesOf(id)) kept.add(name);
  let candidates = sources.flatMap((root): readonly Expression[] => {
    const leaves = isLeaf(root) || graph.nodes[root].type.dtype !== 'f32' ? [] : leavesOf(root);
    if (leaves.length === 0) return [];
    const updated = leaves.filter((name) => Object.hasOwn(graph.updates, name));
    const states = leaves.every((name) => Object.hasOwn(graph.states, name));
    if (updated.length === 0) return [{ root, leaves, kind: 'parameter' }];
    if (states && updated.length === leaves.length) return [{ root, leaves, kind: 'state' }];
    for (const name of leaves) kept.add(name);
    return [];
  });
  for (;;) {
    const fitting = candidates.filter(({ leaves }) => !leaves.some((name) => kept.has(name)));
    if (fitting.length === candidates.length) return fitting;
    for (const { leaves } of candidates)
      if (leaves.some((name) => kept.has(name))) for (const name of leaves) kept.add(name);
    candidates = fitting;
  }
}

/** The value that views of one operand show. */
function withoutViews(graph: Graph, id: number): number {
  const node = graph.nodes[id];
  const view = isPrimitiveNode(node) && primitives[node.op].traits.family === 'view' && node.inputs.length === 1;
  return view && node.op !== 'pad' ? withoutViews(graph, node.inputs[0]) : id;
}

/** Old entries that are gone, and the nodes inside expressions that read them. */
function goneValues(
  { nodes }: Graph,
  gone: ReadonlySet<string>,
  rootOf: ReadonlyMap<number, Expression>,
): ReadonlySet<number> {
  const found = new Set<number>();
  nodes.forEach((node, id) => {
    if (rootOf.has(id)) return;
    const isGone = (node.op === 'parameter' || node.op === 'state') && gone.has(node.attrs.name);
    if (isGone || node.inputs.some((input) => found.has(input))) found.add(id);
  });
  return found;
}

function declare(builder: GraphBuilder, graph: Graph, { root, leaves, kind }: Expression, name: string): Tensor {
  const { type } = graph.nodes[root];
  const at = name.lastIndexOf('.');
  const short = name.slice(at + 1);
  return builder.at(name.slice(0, Math.max(at, 0)), () => {
    if (kind === 'state') {
      const defs = leaves.map((leaf) => graph.states[leaf]);
      return builder.state(short, type, {
        init: commonInit(defs),
        persistent: defs.some(({ persistent }) => persistent),
      });
    }
    const defs = leaves.flatMap((leaf) => (Object.hasOwn(graph.parameters, leaf) ? [graph.parameters[leaf]] : []));
    const [first] = defs;
    const group = defs.length > 0 && defs.every((def) => def.group === first.group) ? first.group : 'decay';
    const trainable = defs.some((def) => def.trainable);
    return builder.parameter(short, type.shape, { init: commonInit(defs), trainable, group });
  });
}

function commonInit(defs: readonly (ParameterDef | StateDef)[]): Initializer {
  return defs.length > 0 && defs.every(({ init }) => equalData(init, defs[0].init)) ? defs[0].init : zerosInit;
}

function counterOf(builder: GraphBuilder, graph: Graph, state: string, name: string): Tensor {
  if (Object.hasOwn(builder.states, name)) return builder.tensor(builder.states[name].value);
  const { type, init, persistent, serializedAs } = graph.states[state];
  const at = name.lastIndexOf('.');
  return builder.at(name.slice(0, Math.max(at, 0)), () =>
    builder.state(name.slice(at + 1), type, {
      init,
      persistent,
      ...(serializedAs === undefined ? {} : { serializedAs }),
    }),
  );
}

/** The expression with the new values of its states. */
function updatedExpression(graph: Graph, root: number, builder: GraphBuilder, copyOf: (id: number) => Tensor): Tensor {
  const values = new Map<number, Tensor>();
  for (const id of reachable(graph, [root])) {
    const node: Node = graph.nodes[id];
    const inputs = node.inputs.map((input) => values.get(input)?.id ?? -1);
    values.set(id, node.op === 'state' ? copyOf(graph.updates[node.attrs.name]) : builder.append({ ...node, inputs }));
  }
  return values.get(root) ?? copyOf(root);
}

interface Counter {
  readonly name: string;
  readonly states: readonly string[];
}

/** Names of the new entries by root. */
function uniqueNames(
  graph: Graph,
  expressions: readonly Expression[],
  counters: readonly Counter[],
): ReadonlyMap<number, string> {
  const gone = new Set(expressions.flatMap(({ leaves }) => leaves));
  const taken = new Set([
    ...[...Object.keys(graph.parameters), ...Object.keys(graph.states)].filter((name) => !gone.has(name)),
    ...counters.map(({ name }) => name),
  ]);
  return new Map(
    expressions.map(({ root, leaves }) => {
      const base = nameOf(graph.nodes[root], leaves);
      let name = base;
      for (let count = 2; taken.has(name); count++) name = `${base}_${String(count)}`;
      taken.add(name);
      return [root, name];
    }),
  );
}

/** What the leaves' names agree on; where not even the last parts agree, the scope with `weight`, or `bias` for a vector. */
function nameOf({ scope, type }: Node, leaves: readonly string[]): string {
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
  if (leaves.every((leaf) => last(leaf) === last(leaves[0]))) return joinNames(leaves);
  const kind = type.shape.length > 1 ? 'weight' : 'bias';
  return scope === '' ? kind : `${scope}.${kind}`;
}

function conversionGraph(
  before: Graph,
  after: Graph,
  expressions: readonly Expression[],
  names: ReadonlyMap<number, string>,
  counters: readonly Counter[],
): Graph<never> {
  const entries = { ...before.parameters, ...before.states };
  const origin = new Map<string, number>([
    ...Object.entries(entries).map(([name, { value }]) => [name, value] as const),
    ...expressions.map(({ root }) => [names.get(root) ?? '', root] as const),
    ...counters.map(({ name, states }) => [name, entries[states[0]].value] as const),
  ]);
  const outputs = Object.fromEntries(
    [...Object.keys(after.parameters), ...Object.keys(after.states)].map((name) => [
      name,
      { value: origin.get(name) ?? -1, role: 'prediction' as const, lossWeight: 1 },
    ]),
  );
  const converted: Graph = { ...before, outputs, updates: {} };
  const { inputs: _, ...rest } = eliminateDeadCode.run(converted);
  return withoutInputs(rest);
}

/** The graph without its unused inputs. */
function withoutInputs(graph: Omit<Graph, 'inputs'>): Graph<never> {
  const builder = new GraphBuilder();
  const copies = new Map<number, Tensor>();
  for (const [key, def] of Object.entries(graph.functions)) builder.function(key, def);
  graph.nodes.forEach((node, id) => {
    if (node.op === 'input') return;
    const inputs = node.inputs.map((input) => copies.get(input)?.id ?? -1);
    const isLeaf = node.op === 'parameter' || node.op === 'state';
    copies.set(id, isLeaf ? builder.copyLeaf({ ...graph, inputs: {} }, node) : builder.append({ ...node, inputs }));
  });
  for (const [name, { value }] of Object.entries(graph.outputs)) {
    const tensor = copies.get(value);
    if (tensor !== undefined) builder.output(name, tensor);
  }
  return builder.finish<never>();
}
