// The conformance suite of optimizers: one call in a test file.

import {
  add,
  constantTensor,
  gradients,
  GraphBuilder,
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
import { expectTensor } from '../run/expect-close.ts';
import { loadReference, writeConstants } from '../run/run-program.ts';
import { tensorOf, type Precision } from '../run/tensors.ts';
import { check, checkEqual, checkError } from '../suite/checks.ts';
import { declareSuite } from '../suite/declare-suite.ts';
import { collectSuite, type Suite } from '../suite/suite.ts';
import { minimizeFunction, recordedRuns, type FunctionName, type RecordedFunctions } from './functions.ts';
import { replay, updateGraph, type OptimizerOracle } from './trajectory.ts';

/** What a plugin exports: every option has a default. */
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

/** What the optimizer is compared with, and with which settings it is tried. */
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
  declareSuite(optimizerSuite(optimizer, options));
}

const PRECISIONS = ['f64', 'f32'] as const;

export function optimizerSuite<O extends object>(
  optimizer: OptimizerFactory<O>,
  options: TestOptimizerOptions<O> = {},
): Suite {
  const { golden, quadratic = { lr: 0.05 } as unknown as O, settings = [] } = options;
  const { name } = optimizer();
  return collectSuite(name, ({ group, test }) => {
    for (const given of [undefined, ...settings]) {
      group(given === undefined ? 'with defaults' : `with ${JSON.stringify(given)}`, () => {
        const made = given === undefined ? optimizer() : optimizer(given);

        test('builds a valid graph whose state is the declared state', () => {
          const slots = [made.state, made.scalars ?? {}].flatMap((table) => Object.keys(table));
          checkEqual('state that update returns', Object.keys(returnedState(made)).sort(), slots.toSorted());
          const graph = updateGraph(made, 3);
          verifyGraph(graph);
          const expected = [`${OPTIMIZER_PREFIX}step`, ...slots.map((slot) => `${OPTIMIZER_PREFIX}${slot}/theta`)];
          checkEqual('states of the graph', Object.keys(graph.states).sort(), expected.sort());
          checkEqual('updates of the graph', Object.keys(graph.updates).sort(), ['theta', ...expected].sort());
          for (const [state, { persistent }] of Object.entries(graph.states))
            checkEqual(`persistent of ${state}`, persistent, false);
        });

        test('has the same graph for other values of its hyper-parameters', () => {
          const hash = structuralHash(updateGraph(made, 3));
          for (const [key, value] of Object.entries(made.hyper)) {
            if (value === 0) continue;
            const other = optimizer({ ...given, [key]: value * 0.75 } as unknown as O);
            checkEqual(`hash of the graph with another ${key}`, structuralHash(updateGraph(other, 3)), hash);
          }
        });

        test('starts from the state it declares, one entry of the parameter’s shape for each slot', () => {
          const { states, parameters } = updateGraph(made, 3);
          for (const [slot, init] of Object.entries(made.state)) {
            const { type, init: start } = states[`${OPTIMIZER_PREFIX}${slot}/theta`];
            checkEqual(`state ${slot}`, { type, init: start }, { type: parameters.theta.type, init });
          }
          for (const [slot, init] of Object.entries(made.scalars ?? {})) {
            const { type, init: start } = states[`${OPTIMIZER_PREFIX}${slot}/theta`];
            checkEqual(`state ${slot}`, { type, init: start }, { type: tensorType('f32', []), init });
          }
        });

        test('leaves parameters and state alone where the gate is closed', async () => {
          const { before, after } = await gatedSteps(made);
          checkEqual('store after a step with a closed gate', after, before);
        });

        test('brings a quadratic below a tenth in 100 steps', async () => {
          const values = await minimize(optimizer({ ...given, ...quadratic }));
          const last = values.at(-1) ?? NaN;
          check('value after 100 steps', last < values[0] / 10, `below ${values[0] / 10}`, last);
        });
      });
    }

    const runTitles = numbered((golden?.runs ?? []).map(({ run }) => run));
    golden?.runs.forEach((one, index) => {
      group(runTitles[index], () => {
        for (const precision of PRECISIONS) {
          test(`follows the recorded trajectory in ${precision}`, () =>
            compareTrajectory(optimizer(one.options), golden.oracle, one, precision));
        }
      });
    });
    const functionTitles = numbered((golden?.functions ?? []).map(({ of, run }) => `${of} as recorded in ${run}`));
    golden?.functions?.forEach((one, index) => {
      for (const precision of PRECISIONS) {
        test(`minimizes ${functionTitles[index]}, in ${precision}`, () =>
          compareMinimization(optimizer(one.options), golden.oracle.functions, one, precision));
      }
    });
    test('refuses an unknown option, and says which there are', () =>
      checkError('options', () => optimizer({ learningRate: 1 } as unknown as O), 'optimizer.options', [
        'there is no option learningRate',
        ...Object.keys(optimizer().options),
      ]));

    test('refuses numbers that are not finite, and values of another type', async () => {
      for (const value of [NaN, Infinity, '1', undefined]) {
        const attempt = (): unknown => optimizer({ lr: value } as unknown as O);
        await checkError(`lr ${String(value)}`, attempt, 'optimizer.options', ['lr']);
      }
    });
  });
}

/** Titles that are there already get a number: one recording may serve several settings. */
function numbered(titles: readonly string[]): readonly string[] {
  return titles.map((title, index) => {
    const before = titles.slice(0, index).filter((other) => other === title).length;
    return before === 0 ? title : `${title} #${before + 1}`;
  });
}

async function compareTrajectory<O>(
  optimizer: Optimizer,
  { theta0, grads, runs }: OptimizerOracle,
  { run, hyperAt }: GoldenRun<O>,
  precision: Precision,
): Promise<void> {
  const recorded = runs.find((one) => one.name === run);
  if (recorded === undefined) throw new RangeError(`the oracle has no run ${run}`);
  const trajectory = await replay(optimizer, {
    theta0,
    grads,
    precision,
    ...(hyperAt === undefined ? {} : { hyperAt }),
  });
  checkEqual('number of steps', trajectory.length, recorded.f64.length);
  const type = tensorType('f32', [theta0.length]);
  trajectory.forEach((received, step) => {
    const expected = recorded[precision][step];
    const tolerance = expected.map((value) =>
      precision === 'f64' ? 1e-12 * Math.max(1, Math.abs(value)) : Math.max(8 * recorded.f32_vs_f64_max_abs, 2e-6),
    );
    const [wanted, got] = [expected, received].map((values) => tensorOf(type, values, precision));
    expectTensor({ name: `step ${step + 1}`, precision }, 'theta', wanted, got, tolerance);
  });
}

async function compareMinimization<O>(
  optimizer: Optimizer,
  functions: RecordedFunctions | undefined,
  { of, run, tolerance }: GoldenFunction<O>,
  precision: Precision,
): Promise<void> {
  if (functions === undefined) throw new RangeError('the oracle has no functions');
  for (const { start, iterates } of recordedRuns(functions, of, run)) {
    const received = await minimizeFunction(optimizer, functions, of, { start, steps: iterates.length, precision });
    const type = tensorType('f32', [start.length]);
    iterates.forEach((expected, step) => {
      const largest = tolerance[precision] * Math.max(1, ...expected.map(Math.abs));
      expectTensor(
        { name: `from ${start.join(', ')}, step ${step + 1}`, precision },
        'x',
        tensorOf(type, expected, precision),
        tensorOf(type, received[step], precision),
        expected.map(() => largest),
      );
    });
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
  check(
    'parameter after a step with an open gate',
    before.x.some((value) => value !== 0),
    'another value than before',
    before.x,
  );
  await run(0);
  return { before, after: await snapshot() };
}
