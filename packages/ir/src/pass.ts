// A rewrite of graphs as a named value.

import type { Graph } from './graph.ts';

/** A rewrite that leaves the meaning of a graph as its `guarantees` say. Passes are values: users apply their own beside the given ones. */
export interface GraphPass {
  readonly name: string;
  /** What must hold before, and what holds after, in one sentence each. */
  readonly requires: string;
  readonly guarantees: string;
  run<I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O>;
}
