import { NetwrightError } from '../errors.ts';
import type { Graph } from '../graph.ts';
import { dropUnusedParameters } from './drop-unused-parameters.ts';

/**
 * `graph` with the named outputs only, in that order, without updates and the parameters and states that are then not read. Inputs stay.
 *
 * @throws NetwrightError `graph.output` for a name that is not an output.
 */
export function selectOutputs<I extends string, O extends string, S extends O>(
  graph: Graph<I, O>,
  names: readonly S[],
): Graph<I, S> {
  const unknown = names.filter((name) => !Object.hasOwn(graph.outputs, name));
  if (unknown.length > 0) {
    throw new NetwrightError({
      code: 'graph.output',
      operation: 'selectOutputs',
      expected: `names among ${Object.keys(graph.outputs).join(', ')}`,
      received: unknown.join(', '),
    });
  }
  const outputs = Object.fromEntries(names.map((name) => [name, graph.outputs[name]])) as Graph<I, S>['outputs'];
  return dropUnusedParameters.run<I, S>({ ...graph, outputs, updates: {} });
}
