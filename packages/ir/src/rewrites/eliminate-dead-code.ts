import type { GraphPass } from '../pass.ts';
import { keepLeaves } from './keep-leaves.ts';

/** Drops what no output or update depends on. Inputs stay, but for the random key when nothing is random; parameters and states stay. */
export const eliminateDeadCode: GraphPass = {
  name: 'eliminate-dead-code',
  requires: 'a valid graph',
  guarantees:
    'every node but inputs, parameters and states is needed by an output or update, and every function is called',
  run: (graph) => keepLeaves(graph, { input: () => true, entry: () => true }),
};
