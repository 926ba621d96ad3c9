import type { Graph } from '../graph.ts';
import type { GraphPass } from '../pass.ts';
import { verifyGraph } from '../verify.ts';

/** How passes are watched while they run one after the other. */
export interface PipelineOptions {
  /** Whether to verify the graph before the first pass and after each, for tests and debugging. Default false. */
  readonly verify?: boolean;
  /** Called after each pass. */
  readonly after?: (pass: GraphPass, graph: Graph) => void;
}

/** Several passes as one, in order. Errors: `graph.invalid` with `verify`. */
export function pipeline(passes: readonly GraphPass[], { verify = false, after }: PipelineOptions = {}): GraphPass {
  return {
    name: passes.map(({ name }) => name).join(', '),
    requires: passes.length === 0 ? 'a valid graph' : passes[0].requires,
    guarantees: passes.map(({ guarantees }) => guarantees).join('; '),
    run: (graph) => {
      if (verify) verifyGraph(graph);
      return passes.reduce((current, pass) => {
        const next = pass.run(current);
        if (verify) verifyGraph(next);
        after?.(pass, next);
        return next;
      }, graph);
    },
  };
}
