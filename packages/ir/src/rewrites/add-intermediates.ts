import { activationsOf } from '../dependents.ts';
import { NetwrightError } from '../errors.ts';
import type { Graph, OutputDef } from '../graph.ts';

/**
 * `graph` with one more output for each name: the last value that the given scope, or one below it, computes from the inputs; the first result of a
 * function with several. For looking at activations, and for putting another head on a network.
 *
 * @throws NetwrightError `graph.scope` for a scope that computes nothing, `graph.name` for a name that is an output already.
 */
export function addIntermediates<I extends string, O extends string, M extends string>(
  graph: Graph<I, O>,
  scopes: Readonly<Record<M, string>>,
): Graph<I, O | M> {
  const activations = activationsOf(graph);
  const added = Object.entries<string>(scopes).map(([name, scope]): [string, OutputDef] => {
    if (Object.hasOwn(graph.outputs, name)) {
      throw intermediateError('graph.name', scope, 'a name that is not an output yet', name);
    }
    const value = graph.nodes.findLastIndex(
      (node, id) =>
        activations.has(id) &&
        node.op !== 'call' &&
        !(node.op === 'result' && node.attrs.index > 0) &&
        (node.scope === scope || node.scope.startsWith(`${scope}.`)),
    );
    if (value < 0)
      throw intermediateError('graph.scope', scope, 'a scope that computes something from the inputs', scope);
    return [name, { value, role: 'prediction', lossWeight: 1 }];
  });
  const outputs = { ...graph.outputs, ...Object.fromEntries(added) } as Graph<I, O | M>['outputs'];
  return { ...graph, outputs };
}

function intermediateError(code: string, scope: string, expected: string, received: string): NetwrightError {
  const hint = code === 'graph.scope' ? 'summarize() lists the scopes of a graph' : undefined;
  return new NetwrightError({
    code,
    operation: 'addIntermediates',
    scope,
    expected,
    received,
    ...(hint === undefined ? {} : { hint }),
  });
}
