import { NetwrightError } from '../errors.ts';
import type { Graph, Node } from '../graph.ts';
import type { Initializer } from '../initializer.ts';

/**
 * `graph` with other names for its parameters and states, for example those of published weights or of a larger model.
 *
 * @throws NetwrightError `graph.name` when a new name is empty or two entries get the same.
 */
export function renameParameters<I extends string, O extends string>(
  graph: Graph<I, O>,
  rename: (name: string) => string,
): Graph<I, O> {
  const names = [...Object.keys(graph.parameters), ...Object.keys(graph.states)];
  const renamed = new Map(names.map((name) => [name, rename(name)]));
  const wrong = names.filter((name, index) => {
    const next = renamed.get(name) ?? '';
    return next === '' || next === '__proto__' || names.findIndex((other) => renamed.get(other) === next) < index;
  });
  if (wrong.length > 0) {
    throw new NetwrightError({
      code: 'graph.name',
      operation: 'renameParameters',
      expected: 'a name for each parameter and state that no other one has',
      reasons: wrong.map((name) => `${name} becomes ${JSON.stringify(renamed.get(name))}`),
    });
  }
  const at = (name: string): string => renamed.get(name) ?? name;
  const initOf = (init: Initializer): Initializer =>
    init.kind === 'copyOf' ? { ...init, parameter: at(init.parameter) } : init;
  const table = <T extends { readonly init: Initializer }>(defs: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(defs).map(([name, def]) => [at(name), { ...def, init: initOf(def.init) }]));
  return {
    ...graph,
    nodes: graph.nodes.map((node): Node =>
      node.op === 'parameter' || node.op === 'state' ? { ...node, attrs: { name: at(node.attrs.name) } } : node,
    ),
    parameters: table(graph.parameters),
    states: table(graph.states),
    updates: Object.fromEntries(Object.entries(graph.updates).map(([name, value]) => [at(name), value])),
  };
}
