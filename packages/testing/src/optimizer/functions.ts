// Recorded minimizations of functions that have a gradient and a curvature of their own.

import { reference } from '@netwright/backend-reference';
import {
  add,
  constantTensor,
  gradients,
  GraphBuilder,
  matmul,
  mul,
  slice,
  sub,
  sum,
  tensorType,
  type Graph,
  type Tensor,
} from '@netwright/ir';
import { applyOptimizer, gradientPoints, hyperInputs, type Optimizer } from '@netwright/optim';
import { loadReference, writeConstants } from '../run/run-program.ts';
import { tensorOf, type Precision } from '../run/tensors.ts';

export interface FunctionRun {
  readonly name: string;
  /** Where it starts, when the function does not say. */
  readonly x0?: readonly number[];
  /** Parameters after each step. */
  readonly x: readonly (readonly number[])[];
}

/** `quadratic`: `x^T A x / 2 - b^T x` from `x0`. `rosenbrock`: `(1 - x)^2 + 100 (y - x^2)^2`, each run from its own start. */
export interface RecordedFunctions {
  readonly quadratic: {
    readonly A: readonly (readonly number[])[];
    readonly b: readonly number[];
    readonly x0: readonly number[];
    readonly runs: readonly FunctionRun[];
  };
  readonly rosenbrock: { readonly runs: readonly FunctionRun[] };
}

/** A function whose minimization is recorded. */
export type FunctionName = keyof RecordedFunctions;

export interface RecordedRun {
  readonly start: readonly number[];
  readonly iterates: readonly (readonly number[])[];
}

/** The recorded runs of that name, one for each start. */
export function recordedRuns(functions: RecordedFunctions, name: FunctionName, run: string): readonly RecordedRun[] {
  const recorded = functions[name].runs.filter((one) => one.name === run);
  if (recorded.length === 0) throw new RangeError(`the oracle has no run ${run} of ${name}`);
  return recorded.map(({ x0 = functions.quadratic.x0, x: iterates }) => ({ start: x0, iterates }));
}

/** The parameters after each of `steps` steps from `start`, on the reference. */
export async function minimizeFunction(
  optimizer: Optimizer,
  functions: RecordedFunctions,
  name: FunctionName,
  options: { readonly start: readonly number[]; readonly steps: number; readonly precision: Precision },
): Promise<readonly (readonly number[])[]> {
  const { start, steps, precision } = options;
  const graph = functionGraph(optimizer, start.length, (x) => valueOf(functions, name, x));
  const backend = reference({ precision });
  const store = await backend.createStore();
  const executable = await loadReference(graph, backend, store, {});
  await writeConstants(store, graph, precision);
  await store.write('x', tensorOf(tensorType('f32', [start.length]), start, precision));
  const scalar = tensorType('f32', []);
  const hyper = Object.fromEntries(
    Object.entries(optimizer.hyper).map(([key, value]) => [`$hyper.${key}`, tensorOf(scalar, [value], precision)]),
  );
  const iterates: (readonly number[])[] = [];
  for (let step = 0; step < steps; step++) {
    await executable.run(hyper);
    iterates.push(Array.from((await store.read('x')).data));
  }
  await executable.dispose();
  return iterates;
}

function functionGraph(optimizer: Optimizer, size: number, build: (x: Tensor) => Tensor): Graph {
  const builder = new GraphBuilder();
  builder.parameter('x', [size]);
  const hyper = hyperInputs(builder, optimizer);
  const { x: point } = gradientPoints(builder, optimizer, { parameters: ['x'], hyper });
  const loss = build(point);
  const [grad] = gradients(loss, [point]);
  applyOptimizer(builder, optimizer, { grads: { x: grad }, hyper, loss });
  return builder.finish();
}

function valueOf({ quadratic: { A: a, b } }: RecordedFunctions, name: FunctionName, x: Tensor): Tensor {
  const { builder } = x;
  if (name === 'quadratic') {
    const image = matmul(constantTensor(builder, a.flat(), [b.length, b.length]), x);
    return sub(mul(sum(mul(x, image)), 0.5), sum(mul(x, constantTensor(builder, b, [b.length]))));
  }
  const [first, second] = [0, 1].map((at) => sum(slice(x, { starts: [at], ends: [at + 1] })));
  const [miss, valley] = [sub(1, first), sub(second, mul(first, first))];
  return add(mul(miss, miss), mul(mul(valley, valley), 100));
}
