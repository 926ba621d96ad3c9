// Freezing: parameters that do not train, and norms that then keep their statistics.

import type { FunctionDef, Graph, Node } from '@netwright/ir';

/**
 * `graph` with every parameter for which `trainable` is false frozen: it gets no gradient; a function call whose parameters are all frozen (a batch
 * norm) takes its inference form; state in a scope whose parameters are all frozen is not updated. So nothing of a frozen part changes.
 *
 * Functions must not be inlined yet.
 */
export function freeze<I extends string, O extends string>(
  graph: Graph<I, O>,
  trainable: (parameter: string) => boolean,
): Graph<I, O> {
  const isFrozen = (name: string): boolean => !graph.parameters[name].trainable || !trainable(name);
  const names = Object.keys(graph.parameters);
  if (!names.some(isFrozen)) return graph;
  const functions: Record<string, FunctionDef> = { ...graph.functions };
  const nodes = graph.nodes.map((node): Node => {
    if (node.op !== 'call') return node;
    const parameters = node.inputs.flatMap((input) => {
      const operand = graph.nodes[input];
      return operand.op === 'parameter' ? [operand.attrs.name] : [];
    });
    const def = graph.functions[node.attrs.function];
    if (def.inference === undefined || parameters.length === 0 || !parameters.every(isFrozen)) return node;
    const key = `${node.attrs.function}@inference`;
    functions[key] = { name: def.name, attrs: def.attrs, body: def.inference };
    return { ...node, attrs: { function: key } };
  });
  const frozenScopes = new Set(names.map(scopeOf));
  for (const name of names) if (!isFrozen(name)) frozenScopes.delete(scopeOf(name));
  return {
    ...graph,
    nodes,
    functions,
    parameters: Object.fromEntries(
      names.map((name) => [name, { ...graph.parameters[name], trainable: !isFrozen(name) }]),
    ),
    updates: Object.fromEntries(Object.entries(graph.updates).filter(([name]) => !frozenScopes.has(scopeOf(name)))),
  };
}

function scopeOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('.'), 0));
}
