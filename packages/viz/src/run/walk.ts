// Runs an optimizer on a function of one vector: the optimizer's own update, gradient and curvature by automatic differentiation, one graph.

import { initialize } from '@netwright/arch';
import { compile, type Backend, type TensorData } from '@netwright/compiler';
import { gradients, GraphBuilder, type Graph, type Tensor } from '@netwright/ir';
import { applyOptimizer, gradientPoints, hyperInputs, OPTIMIZER_PREFIX, type Optimizer } from '@netwright/optim';
import { tensorData } from './numbers.ts';

export interface WalkOptions {
  /** A scalar; may declare inputs that `feed` gives. */
  loss(point: Tensor): Tensor;
  readonly start: readonly number[];
  readonly optimizer: Optimizer;
  readonly backend: Backend;
  readonly steps: number;
  /** Initial values of the optimizer's state, by slot; default its own. */
  readonly state?: Readonly<Record<string, readonly number[]>>;
  /** Further inputs of each step. Default none. */
  feed?(): Readonly<Record<string, TensorData>>;
}

/** A coordinate beyond it ends the walk: it has diverged. */
const FAR = 1e6;

/** The start, and the point after each step. */
export async function walk(options: WalkOptions): Promise<readonly (readonly number[])[]> {
  const { start, optimizer, backend, steps, state = {}, feed = () => ({}) } = options;
  const graph = walkGraph(options);
  const store = await backend.createStore();
  const executable = await compile(graph, backend, { store });
  const points = [start];
  try {
    for (const [name, value] of initialize(graph, 0)) await store.write(name, value);
    await store.write('point', tensorData(start, [start.length], backend));
    for (const [slot, value] of Object.entries(state))
      await store.write(`${OPTIMIZER_PREFIX}${slot}/point`, tensorData(value, [start.length], backend));
    const hyper = Object.fromEntries(
      Object.entries(optimizer.hyper).map(([name, value]) => [`$hyper.${name}`, tensorData([value], [], backend)]),
    );
    for (let step = 0; step < steps; step++) {
      await executable.run({ ...hyper, ...feed() });
      const point = Array.from((await store.read('point')).data);
      if (!point.every((value) => Math.abs(value) < FAR)) break;
      points.push(point);
    }
  } finally {
    await executable.dispose();
    await store.dispose();
  }
  return points;
}

function walkGraph({ loss: build, start, optimizer }: WalkOptions): Graph {
  const builder = new GraphBuilder();
  builder.parameter('point', [start.length]);
  const hyper = hyperInputs(builder, optimizer);
  const { point } = gradientPoints(builder, optimizer, { parameters: ['point'], hyper });
  const loss = build(point);
  applyOptimizer(builder, optimizer, { grads: { point: gradients(loss, [point])[0] }, hyper, loss });
  return builder.finish();
}
