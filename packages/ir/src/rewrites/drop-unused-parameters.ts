import type { GraphPass } from '../pass.ts';
import { keepLeaves } from './keep-leaves.ts';

/** As `eliminateDeadCode`, and drops parameters and states that nothing reads or updates; `removedNames` tells which. */
export const dropUnusedParameters: GraphPass = {
  name: 'drop-unused-parameters',
  requires: 'a valid graph',
  guarantees: 'every node but inputs is needed by an output or update, or is a parameter or state that is updated',
  run: (graph) => keepLeaves(graph, { input: () => true, entry: () => false }),
};
