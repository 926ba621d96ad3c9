// Locates the first value that is not finite, after a step was refused.

import { compile, type Backend, type Executable, type Store, type TensorData } from '@netwright/compiler';
import {
  cast,
  concat,
  GraphBuilder,
  inlineFunctions,
  isFinite as isFiniteOp,
  not,
  reshape,
  sum,
  type Graph,
} from '@netwright/ir';

/** The first value of a step that is not finite, by where it is computed. */
export interface BadNode {
  readonly operation: string;
  readonly scope: string;
  /** Elements that are NaN or infinite. */
  readonly count: number;
}

/**
 * Runs `graph` without updates and with every f32 value kept, on the same store and inputs, and returns the first node with an element that is not
 * finite; undefined when there is none.
 */
export async function findBadNode(
  graph: Graph,
  backend: Backend,
  store: Store,
  inputs: Readonly<Record<string, TensorData>>,
  batch: number,
): Promise<BadNode | undefined> {
  const { checked, nodes } = checkingGraph(graph);
  const executable: Executable = await compile(checked, backend, { dims: { N: batch }, store });
  try {
    const { bad } = await executable.run(inputs);
    const first = bad.data.findIndex((count) => count > 0);
    if (first < 0) return undefined;
    const { op, scope } = checked.nodes[nodes[first]];
    return { operation: op, scope, count: bad.data[first] };
  } finally {
    await executable.dispose();
  }
}

/** One output `bad`: the number of elements that are not finite in each f32 value, in execution order. */
function checkingGraph(graph: Graph): { readonly checked: Graph; readonly nodes: readonly number[] } {
  const flat = inlineFunctions.run(graph);
  const builder = GraphBuilder.from({ ...flat, updates: {}, outputs: {} });
  const fixed = constantValues(flat);
  const nodes = flat.nodes.flatMap(({ type }, id) => (type.dtype === 'f32' && !fixed.has(id) ? [id] : []));
  const counts = nodes.map((id) => reshape(sum(cast(not(isFiniteOp(builder.tensor(id))), 'f32')), [1]));
  builder.output('bad', concat(counts, 0));
  return { checked: builder.finish(), nodes };
}

/** Values that no input or entry reaches; an infinite one is meant to be. */
function constantValues({ nodes }: Graph): ReadonlySet<number> {
  const fixed = new Set<number>();
  nodes.forEach(({ op, inputs }, id) => {
    const leaf = op === 'input' || op === 'parameter' || op === 'state';
    if (!leaf && inputs.every((input) => fixed.has(input))) fixed.add(id);
  });
  return fixed;
}
