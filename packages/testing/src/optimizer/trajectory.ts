// Recorded trajectories, and the program that repeats one.

import { reference } from '@netwright/backend-reference';
import type { Executable } from '@netwright/compiler';
import { gradients, GraphBuilder, mul, sum, tensorType, type Graph } from '@netwright/ir';
import { applyOptimizer, hyperInputs, type Optimizer } from '@netwright/optim';
import { loadReference, writeConstants } from '../run/run-program.ts';
import type { RecordedFunctions } from './functions.ts';
import { tensorOf, type Precision } from '../run/tensors.ts';

/**
 * A file of recorded trajectories: gradients that do not depend on the parameters, and the parameters after each step. Start and gradients are
 * single-precision numbers (rounded to them when read), in both precisions of the run.
 */
export interface OptimizerOracle {
  readonly theta0: readonly number[];
  /** One gradient for each step. */
  readonly grads: readonly (readonly number[])[];
  readonly runs: readonly OptimizerRun[];
  /** Minimizations of functions; there when a test names some. */
  readonly functions?: RecordedFunctions;
}

/** A recorded trajectory, in double and in single precision. */
export interface OptimizerRun {
  readonly name: string;
  /** Parameters after each step. */
  readonly f64: readonly (readonly number[])[];
  readonly f32: readonly (readonly number[])[];
  /** Largest difference between the two. */
  readonly f32_vs_f64_max_abs: number;
}

/** One parameter `theta`, its gradient given as an input, or that of `|theta|^2` where the optimizer needs a loss. */
export function updateGraph(optimizer: Optimizer, size: number): Graph {
  const builder = new GraphBuilder();
  const theta = builder.parameter('theta', [size]);
  const hyper = hyperInputs(builder, optimizer);
  if (optimizer.needs?.curvature === undefined) {
    applyOptimizer(builder, optimizer, { grads: { theta: builder.input('grad', tensorType('f32', [size])) }, hyper });
  } else {
    const loss = sum(mul(theta, theta));
    applyOptimizer(builder, optimizer, { grads: { theta: gradients(loss, [theta])[0] }, hyper, loss });
  }
  return builder.finish();
}

/** The start and the gradients of a trajectory; element i of `grads` is the gradient in step i. */
export interface Replay {
  readonly theta0: readonly number[];
  readonly grads: readonly (readonly number[])[];
  /** Hyper-parameters in force in step i (from 0), where they differ from the optimizer's. */
  readonly hyperAt?: (step: number) => Readonly<Record<string, number>>;
  readonly precision: Precision;
}

/** The parameters after each step, on the reference. */
export async function replay(
  optimizer: Optimizer,
  { theta0, grads, hyperAt = () => ({}), precision }: Replay,
): Promise<readonly (readonly number[])[]> {
  const graph = updateGraph(optimizer, theta0.length);
  const backend = reference({ precision });
  const store = await backend.createStore();
  const executable: Executable = await loadReference(graph, backend, store, {});
  await writeConstants(store, graph, precision);
  const vector = tensorType('f32', [theta0.length]);
  await store.write('theta', tensorOf(vector, theta0.map(Math.fround), precision));
  const trajectory: (readonly number[])[] = [];
  for (const [step, grad] of grads.entries()) {
    const hyper = Object.entries({ ...optimizer.hyper, ...hyperAt(step) }).map(
      ([name, value]) => [`$hyper.${name}`, tensorOf(tensorType('f32', []), [value], precision)] as const,
    );
    await executable.run({ grad: tensorOf(vector, grad.map(Math.fround), precision), ...Object.fromEntries(hyper) });
    trajectory.push(Array.from((await store.read('theta')).data));
  }
  await executable.dispose();
  return trajectory;
}
