// The conformance suite of optimizers: one call in a test file.

import {
  add,
  constantTensor,
  gradients,
  GraphBuilder,
  isNetwrightError,
  mul,
  structuralHash,
  sub,
  sum,
  tensorType,
  verifyGraph,
  type Graph,
} from '@netwright/ir';
import {
  applyOptimizer,
  curvatureOf,
  gradientPoints,
  hyperInputs,
  OPTIMIZER_PREFIX,
  type Optimizer,
} from '@netwright/optim';
import { reference } from '@netwright/backend-reference';
import { describe, expect, it } from 'vitest';
import { expectTensor } from '../run/expect-close.ts';
import { loadReference, writeConstants } from '../run/run-program.ts';
import { tensorOf, type Precision } from '../run/tensors.ts';
import { minimizeFunction, recordedRuns, type FunctionName } from './functions.ts';
import { replay, updateGraph, type OptimizerOracle } from './trajectory.ts';

export type OptimizerFactory<O> = (options?: O) => Optimizer;

/** A recorded run and the options that it was recorded with. */
export interface GoldenRun<O> {
  /** `name` of the run in the oracle. */
  readonly run: string;
  readonly options: O;
  /** Hyper-parameters in force in step i (from 0), where they differ from the options'. */
  readonly hyperAt?: (step: number) => Readonly<Record<string, number>>;
}

/** A recorded minimization of a function with a gradient of its own. */
export interface GoldenFunction<O> {
  readonly of: FunctionName;
  /** `name` of the run in the oracle. */
  readonly run: string;
  readonly options: O;
  /** Largest difference, as a share of the iterate's largest element or of 1. */
  readonly tolerance: Readonly<Record<Precision, number>>;
}

export interface TestOptimizerOptions<O> {
  /** Trajectories that another implementation recorded. Default none. */
  readonly golden?: {
    readonly oracle: OptimizerOracle;
    readonly runs: readonly GoldenRun<O>[];
    /** Default none. */
    readonly functions?: readonly GoldenFunction<O>[];
  };
  /** Options for the quadratic, on which 100 steps must bring the value below a tenth. Default `{ lr: 0.05 }`. */
  readonly quadratic?: O;
  /** Settings that change the structure of the rule (booleans, strings), each tested like the defaults. Default none. */
  readonly settings?: readonly O[];
}

/**
 * Declares the tests of an optimizer: recorded trajectories in double (1e-12) and single precision, recorded minimizations, state that is returned as declared, hyper-parameters
 * that do not change the graph, the gate, a quadratic, and unknown options.
 *
 * @param optimizer - the factory, as `defineOptimizer` gives it.
 */
export function testOptimizer<O extends object>(
  optimizer: OptimizerFactory<O>,
  options: TestOptimizerOptions<O> = {},
): void {
  const { golden, quadratic = { lr: 0.05 } as unknown as O, settings = [] } = options;
  const { name } = optimizer();
  const variants = [undefined, ...settings];

  describe(name, () => {
    if (golden !== undefined) {
      describe.each(golden.runs.map((one) => [one.run, one] as const))('%s', (run, { options: given, hyperAt }) => {
        it.each<Precision>(['f64', 'f32'])('follows the recorded trajectory in %s', async (precision) => {
          const { theta0, grads, runs } = golden.oracle;
          const recorded = runs.find((one) => one.name === run);
          if (recorded === undefined) throw new RangeError(`the oracle has no run ${run}`);
          const trajectory = await replay(optimizer(given), {
            theta0,
            grads,
            precision,
            ...(hyperAt === undefined ? {} : { hyperAt }),
          });
          expect(trajectory.length).toBe(recorded.f64.length);
          const type = tensorType('f32', [theta0.length]);
          trajectory.forEach((received, step) => {
            const expected = recorded[precision][step];
            const tolerance = expected.map((value) =>
              precision === 'f64'
                ? 1e-12 * Math.max(1, Math.abs(value))
                : Math.max(8 * recorded.f32_vs_f64_max_abs, 2e-6),
            );
            const comparison = { name: `${name}, ${run}, step ${step + 1}`, precision };
            expectTensor(
              comparison,
              'theta',
              tensorOf(type, expected, precision),
              tensorOf(type, received, precision),
              tolerance,
            );
          });
        });
      });
    }

    it.each(
      (golden?.functions ?? []).flatMap((one) => (['f64', 'f32'] as const).map((precision) => ({ ...one, precision }))),
    )('minimizes $of as recorded in $run, in $precision', async ({ of, run, options: given, tolerance, precision }) => {
      const functions = golden?.oracle.functions;
      if (functions === undefined) throw new RangeError('the oracle has no functions');
      for (const { start, iterates } of recordedRuns(functions, of, run)) {
        const steps = iterates.length;
        const received = await minimizeFunction(optimizer(given), functions, of, { start, steps, precision });
        const type = tensorType('f32', [start.length]);
        iterates.forEach((expected, step) => {
          const largest = tolerance[precision] * Math.max(1, ...expected.map(Math.abs));
          expectTensor(
            { name: `${name}, ${of}, ${run} from ${start.join(', ')}, step ${step + 1}`, precision },
            'x',
            tensorOf(type, expected, precision),
            tensorOf(type, received[step], precision),
            expected.map(() => largest),
          );
        });
      }
    });

    describe.each(variants.map((given) => [given === undefined ? 'defaults' : JSON.stringify(given), given] as const))(
      'with %s',
      (_, given) => {
        const made = given === undefined ? optimizer() : optimizer(given);

        it('builds a valid graph whose state is the declared state', () => {
          const graph = updateGraph(made, 3);
          verifyGraph(graph);
          const slots = [made.state, made.scalars ?? {}].flatMap((table) => Object.keys(table));
          const expected = [`${OPTIMIZER_PREFIX}step`, ...slots.map((slot) => `${OPTIMIZER_PREFIX}${slot}/theta`)];
          expect(Object.keys(graph.states).sort()).toEqual(expected.sort());
          expect(Object.keys(graph.updates).sort()).toEqual(['theta', ...expected].sort());
          expect(Object.keys(returnedState(made)).sort()).toEqual(slots.sort());
          for (const { persistent } of Object.values(graph.states)) expect(persistent).toBe(false);
        });

        it('has the same graph for other values of its hyper-parameters', () => {
          const hash = structuralHash(updateGraph(made, 3));
          for (const [key, value] of Object.entries(made.hyper)) {
            if (value === 0) continue;
            const other = optimizer({ ...given, [key]: value * 0.75 } as unknown as O);
            expect(structuralHash(updateGraph(other, 3)), key).toBe(hash);
          }
        });

        it('starts from the state it declares, one entry of the parameter’s shape for each slot', () => {
          const { states, parameters } = updateGraph(made, 3);
          for (const [slot, init] of Object.entries(made.state)) {
            const entry = states[`${OPTIMIZER_PREFIX}${slot}/theta`];
            expect(entry.type, slot).toEqual(parameters.theta.type);
            expect(entry.init, slot).toEqual(init);
          }
          for (const [slot, init] of Object.entries(made.scalars ?? {}))
            expect(states[`${OPTIMIZER_PREFIX}${slot}/theta`], slot).toMatchObject({
              type: tensorType('f32', []),
              init,
            });
        });

        it('leaves parameters and state alone where the gate is closed', async () => {
          const { before, after } = await gatedSteps(made);
          expect(after).toEqual(before);
        });

        it('brings a quadratic below a tenth in 100 steps', async () => {
          const values = await minimize(optimizer({ ...given, ...quadratic }));
          expect(values.at(-1)).toBeLessThan(values[0] / 10);
        });
      },
    );

    it('refuses an unknown option, and says which there are', () => {
      const attempt = (): unknown => optimizer({ learningRate: 1 } as unknown as O);
      const error = thrownBy(attempt);
      expect(isNetwrightError(error, 'optimizer.options')).toBe(true);
      const message = String(error);
      expect(message).toContain('there is no option learningRate');
      for (const key of Object.keys(optimizer().options)) expect(message).toContain(key);
    });

    it('refuses numbers that are not finite, and values of another type', () => {
      for (const value of [NaN, Infinity, '1', undefined]) {
        const error = thrownBy(() => optimizer({ lr: value } as unknown as O));
        expect(isNetwrightError(error, 'optimizer.options'), String(value)).toBe(true);
        expect(String(error)).toContain('lr');
      }
    });
  });
}

function thrownBy(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    return error;
  }
}

function returnedState(optimizer: Optimizer): Readonly<Record<string, unknown>> {
  const builder = new GraphBuilder();
  const vector = tensorType('f32', [3]);
  const param = builder.parameter('theta', [3]);
  const grad = builder.input('grad', vector);
  const slots = [
    ...Object.keys(optimizer.state).map((slot) => [slot, vector] as const),
    ...Object.keys(optimizer.scalars ?? {}).map((slot) => [slot, tensorType('f32', [])] as const),
  ];
  const state = Object.fromEntries(slots.map(([slot, type]) => [slot, builder.state(slot, type)]));
  const step = builder.input('step', tensorType('f32', []));
  const hyper = hyperInputs(builder, optimizer);
  return optimizer.update({ param, grad, state, step, hyper, ...curvatureOf(sum(mul(param, param)), [param]) }).state;
}

/** f(x) = sum(d (x - c)^2) / 2 with curvatures d from 0.5 to 2; outputs f and updates x. */
function quadraticGraph(optimizer: Optimizer, gated: boolean): Graph {
  const builder = new GraphBuilder();
  builder.parameter('x', [4]);
  const hyper = hyperInputs(builder, optimizer);
  const { x: point } = gradientPoints(builder, optimizer, { parameters: ['x'], hyper });
  const distance = sub(point, constantTensor(builder, [1, -2, 0.5, 3], [4]));
  const value = sum(mul(mul(distance, distance), constantTensor(builder, [0.25, 0.5, 0.75, 1], [4])));
  const [grad] = gradients(value, [point]);
  const open = gated ? { gate: builder.input('open', tensorType('bool', [])) } : {};
  applyOptimizer(builder, optimizer, {
    grads: { x: grad },
    hyper,
    ...open,
    loss: value,
  });
  builder.output('value', add(value, 0));
  return builder.finish();
}

function hyperTensors(optimizer: Optimizer): Record<string, ReturnType<typeof tensorOf>> {
  const scalar = tensorType('f32', []);
  return Object.fromEntries(
    Object.entries(optimizer.hyper).map(([key, value]) => [`$hyper.${key}`, tensorOf(scalar, [value], 'f64')]),
  );
}

/** Values before each of 101 steps. */
async function minimize(optimizer: Optimizer): Promise<readonly number[]> {
  const backend = reference();
  const store = await backend.createStore();
  const graph = quadraticGraph(optimizer, false);
  const executable = await loadReference(graph, backend, store, {});
  await writeConstants(store, graph, 'f64');
  const values: number[] = [];
  for (let step = 0; step <= 100; step++) values.push((await executable.run(hyperTensors(optimizer))).value.data[0]);
  return values;
}

interface Entries {
  readonly before: Readonly<Record<string, readonly number[]>>;
  readonly after: Readonly<Record<string, readonly number[]>>;
}

/** The store after one open step, and after a closed one that follows it. */
async function gatedSteps(optimizer: Optimizer): Promise<Entries> {
  const backend = reference();
  const store = await backend.createStore();
  const graph = quadraticGraph(optimizer, true);
  const executable = await loadReference(graph, backend, store, {});
  await writeConstants(store, graph, 'f64');
  const snapshot = async (): Promise<Record<string, readonly number[]>> => {
    const entries: Record<string, readonly number[]> = {};
    for (const { name } of store.entries) entries[name] = Array.from((await store.read(name)).data);
    return entries;
  };
  const run = (open: number): Promise<unknown> =>
    executable.run({ ...hyperTensors(optimizer), open: { dtype: 'bool', shape: [], data: Uint8Array.of(open) } });
  await run(1);
  const before = await snapshot();
  expect(
    before.x.some((value) => value !== 0),
    'the open step moves the parameter',
  ).toBe(true);
  await run(0);
  return { before, after: await snapshot() };
}
