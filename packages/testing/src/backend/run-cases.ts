// Runs: updates, results that belong to the caller, repetition, and wrong inputs.

import { compile, type Backend, type TensorData } from '@netwright/compiler';
import {
  add,
  broadcastTo,
  cast,
  constant,
  conv2d,
  exp,
  GraphBuilder,
  matmul,
  mul,
  relu,
  reshape,
  sum,
  tensorType,
  type Graph,
} from '@netwright/ir';
import { drawNormal, sizeOf, uniformSource } from '../run/draw.ts';
import { expectSameBits } from '../run/expect-close.ts';
import { tensorOf } from '../run/tensors.ts';
import { check, checkEqual, checkError } from '../suite/checks.ts';
import type { BehaviourCase } from './behaviour-case.ts';

const VECTOR = tensorType('f32', [3]);

export const runCases: readonly BehaviourCase[] = [
  {
    name: 'updates read the values from before the run',
    async check(backend: Backend): Promise<void> {
      const { results, entries } = await runTwice(backend, swapGraph(), { a: [1, 2, 3], b: [4, 5, 6] });
      checkEqual('output a', results.a, [4, 5, 6]);
      checkEqual('output sum', results.sum, [5, 7, 9]);
      checkEqual('store', entries, { a: [1, 2, 3], b: [4, 5, 6] });
    },
  },
  {
    name: 'one value may update two entries',
    async check(backend: Backend): Promise<void> {
      const builder = new GraphBuilder();
      const a = builder.parameter('a', [3]);
      builder.state('b', VECTOR);
      const next = mul(a, 2);
      builder.update('a', next);
      builder.update('b', next);
      builder.output('a', next);
      const { results, entries } = await runTwice(backend, builder.finish(), { a: [1, 2, 3], b: [0, 0, 0] });
      checkEqual('output a', results.a, [4, 8, 12]);
      checkEqual('store', entries, { a: [4, 8, 12], b: [4, 8, 12] });
    },
  },
  {
    name: 'an output may be an input, a parameter, a constant, or another output',
    async check(backend: Backend): Promise<void> {
      const builder = new GraphBuilder();
      const x = builder.input('x', VECTOR);
      const weight = builder.parameter('weight', [3]);
      const total = add(x, weight);
      builder.output('input', x);
      builder.output('parameter', weight);
      builder.output('constant', broadcastTo(constant(builder, 7), [3]));
      builder.output('first', total);
      builder.output('second', total);
      const store = await backend.createStore();
      const executable = await compile(builder.finish(), backend, { store });
      await store.write('weight', vector(backend, [1, 2, 3]));
      const results = await executable.run({ x: vector(backend, [10, 20, 30]) });
      checkEqual('outputs', numbersOf(results), {
        input: [10, 20, 30],
        parameter: [1, 2, 3],
        constant: [7, 7, 7],
        first: [11, 22, 33],
        second: [11, 22, 33],
      });
      await executable.dispose();
      await store.dispose();
    },
  },
  {
    name: 'results belong to the caller',
    async check(backend: Backend): Promise<void> {
      const executable = await compile(productGraph(), backend, { dims: { N: 2 } });
      const inputs = productInputs(backend, 2, 'first');
      const first = await executable.run(inputs);
      const kept = Array.from(first.y.data);
      first.e.data.fill(5);
      await executable.run(productInputs(backend, 2, 'second'));
      checkEqual('output y of the first run, after the second', first.y.data, kept);
      const again = await executable.run(inputs);
      checkEqual('output y of the third run', again.y.data, kept);
      await executable.dispose();
    },
  },
  {
    name: 'the same inputs give the same bits',
    async check(backend: Backend): Promise<void> {
      const executable = await compile(productGraph(), backend, { dims: { N: 17 } });
      const inputs = productInputs(backend, 17, 'bits');
      const first = await executable.run(inputs);
      const second = await executable.run(inputs);
      const { precision } = backend.capabilities;
      for (const name of Object.keys(first))
        expectSameBits({ name: 'repetition', precision }, name, first[name as 'y'], second[name as 'y']);
      await executable.dispose();
    },
  },
  {
    name: 'runs that are started together do not mix',
    async check(backend: Backend): Promise<void> {
      const executable = await compile(productGraph(), backend, { dims: { N: 5 } });
      const inputs = ['one', 'two', 'three'].map((name) => productInputs(backend, 5, name));
      const together = await Promise.all(inputs.map((one) => executable.run(one)));
      for (const [index, one] of inputs.entries()) {
        const alone = await executable.run(one);
        checkEqual(`output y of run ${index}`, together[index].y.data, alone.y.data);
      }
      await executable.dispose();
    },
  },
  {
    name: 'a run reads what was written last, also where it prepares parameters',
    async check(backend: Backend): Promise<void> {
      const builder = new GraphBuilder();
      const image = builder.input('image', tensorType('f32', ['N', 2, 5, 5]));
      const weight = builder.parameter('weight', [4, 2, 3, 3]);
      const scale = reshape(builder.parameter('scale', [4]), [4, 1, 1, 1]);
      builder.output('y', conv2d(image, mul(weight, scale), { padding: 1 }));
      const store = await backend.createStore();
      const executable = await compile(builder.finish(), backend, { dims: { N: 2 }, store });
      const { precision } = backend.capabilities;
      const filled = (shape: readonly number[], seed: string): TensorData =>
        tensorOf(tensorType('f32', shape), drawNormal(sizeOf(shape), uniformSource(seed)), precision);
      const inputs = { image: filled([2, 2, 5, 5], 'image') };
      const written: TensorData[] = [];
      for (const factor of [1, 2, -1]) {
        await store.write('weight', filled([4, 2, 3, 3], 'weight'));
        await store.write('scale', tensorOf(tensorType('f32', [4]), [factor, factor, factor, factor], precision));
        written.push((await executable.run(inputs)).y);
      }
      const [once, twice, negative] = written;
      checkEqual(
        'output y after scale became 2',
        twice.data,
        once.data.map((value) => 2 * value),
      );
      checkEqual(
        'output y after scale became -1',
        negative.data.map(withoutZeroSign),
        once.data.map((value) => withoutZeroSign(-value)),
      );
      await executable.dispose();
      await store.dispose();
    },
  },
  {
    name: 'random keys that are not given are zero',
    async check(backend: Backend): Promise<void> {
      const builder = new GraphBuilder();
      const { seed, step, offset } = builder.randomKey();
      builder.output('sum', add(add(seed, step), add(offset, 5)));
      const executable = await compile(builder.finish(), backend);
      checkEqual('outputs', numbersOf(await executable.run({})), { sum: [5] });
      await executable.dispose();
    },
  },
  wrongInputs('a missing input', (good) => ({ x: good.x }), 'w is missing'),
  wrongInputs('an input too many', (good) => ({ ...good, other: good.x }), 'there is no input other'),
  wrongInputs(
    'another batch size',
    (good, backend) => ({
      ...good,
      x: tensorOf(tensorType('f32', [3, 4]), new Float32Array(12), backend.capabilities.precision),
    }),
    'x is f32[3, 4]',
  ),
  wrongInputs(
    'another element type',
    (good) => ({ ...good, x: { dtype: 'i32', shape: [2, 4], data: new Int32Array(8) } }),
    'x is i32[2, 4]',
  ),
  wrongInputs(
    'too few elements',
    (good) => ({ ...good, x: { dtype: 'f32', shape: [2, 4], data: new Float32Array(7) } }),
    'with 7 elements',
  ),
  wrongInputs(
    'elements in the wrong kind of array',
    (good) => ({ ...good, x: { dtype: 'f32', shape: [2, 4], data: new Int32Array(8) } }),
    'Int32Array',
  ),
  {
    name: 'compilation refuses a dimension without a size',
    check: (backend) => checkError('compile', () => compile(productGraph(), backend), 'dim.unbound', ['N']),
  },
  {
    name: 'the report counts what the graph counts',
    async check(backend: Backend): Promise<void> {
      const builder = new GraphBuilder();
      const x = builder.input('x', tensorType('f32', ['N', 4]));
      const weight = builder.parameter('weight', [4, 6]);
      builder.output('y', relu(matmul(x, weight)));
      const store = await backend.createStore();
      const { report, dispose } = await compile(builder.finish(), backend, { store, dims: { N: 5 } });
      const { backend: name, target, parameters, macs } = report;
      const facts = { backend: backend.name, target: backend.target, parameters: 24, macs: 120 };
      checkEqual('report', { backend: name, target, parameters, macs }, facts);
      check('report.kernels', report.kernels.length > 0, 'at least one', report.kernels.length);
      check('report.peakBytes', report.peakBytes >= 4 * 5 * 6, 'at least the output', report.peakBytes);
      check(
        'report.persistentBytes',
        report.persistentBytes >= 4 * 24,
        'at least the parameter',
        report.persistentBytes,
      );
      await dispose();
      await store.dispose();
    },
  },
];

function wrongInputs(
  name: string,
  spoil: (good: Readonly<Record<string, TensorData>>, backend: Backend) => Record<string, TensorData>,
  place: string,
): BehaviourCase {
  return {
    name: `refuses ${name}`,
    async check(backend: Backend): Promise<void> {
      const store = await backend.createStore();
      const executable = await compile<string, string>(productGraph(), backend, { dims: { N: 2 }, store });
      const good = productInputs(backend, 2, 'good');
      await checkError('run', () => executable.run(spoil(good, backend)), 'run.inputs', [place]);
      checkEqual('state runs after the refusal', (await store.read('runs')).data, [0]);
      await executable.run(good);
      checkEqual('state runs after a run', (await store.read('runs')).data, [1]);
      await executable.dispose();
      await store.dispose();
    },
  };
}

function withoutZeroSign(value: number): number {
  return value + 0;
}

/** y = relu(x w) and e = sum(exp(y)); counts its runs. */
function productGraph(): Graph<'x' | 'w', 'y' | 'e'> {
  const builder = new GraphBuilder();
  const x = builder.input('x', tensorType('f32', ['N', 4]));
  const w = builder.input('w', tensorType('f32', [4, 6]));
  const runs = builder.state('runs', tensorType('i32', []));
  const y = relu(matmul(x, w));
  builder.output('y', y);
  builder.output('e', sum(exp(mul(y, cast(constant(builder, 1), 'f32')))));
  builder.update('runs', add(runs, 1));
  return builder.finish();
}

function productInputs(backend: Backend, rows: number, name: string): Record<'x' | 'w', TensorData> {
  const uniform = uniformSource(name);
  const { precision } = backend.capabilities;
  return {
    x: tensorOf(tensorType('f32', [rows, 4]), drawNormal(rows * 4, uniform), precision),
    w: tensorOf(tensorType('f32', [4, 6]), drawNormal(24, uniform), precision),
  };
}

/** Swaps a and b, and gives both the old a and the sum. */
function swapGraph(): Graph {
  const builder = new GraphBuilder();
  const a = builder.state('a', VECTOR);
  const b = builder.state('b', VECTOR);
  builder.output('a', a);
  builder.output('sum', add(a, b));
  builder.update('a', b);
  builder.update('b', a);
  return builder.finish();
}

async function runTwice(
  backend: Backend,
  graph: Graph,
  start: Readonly<Record<string, readonly number[]>>,
): Promise<{ readonly results: Record<string, number[]>; readonly entries: Record<string, number[]> }> {
  const store = await backend.createStore();
  const executable = await compile(graph, backend, { store });
  for (const [name, values] of Object.entries(start)) await store.write(name, vector(backend, values));
  await executable.run({});
  const results = numbersOf(await executable.run({}));
  const entries: Record<string, TensorData> = {};
  for (const name of Object.keys(start)) entries[name] = await store.read(name);
  await executable.dispose();
  await store.dispose();
  return { results, entries: numbersOf(entries) };
}

function vector(backend: Backend, values: readonly number[]): TensorData {
  return tensorOf(VECTOR, values, backend.capabilities.precision);
}

function numbersOf(results: Readonly<Record<string, TensorData>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Array.from(data)]));
}
