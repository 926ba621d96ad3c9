// Runs: updates, results that belong to the caller, repetition, and wrong inputs.

import { compile, type Backend, type TensorData } from '@netwright/compiler';
import {
  add,
  broadcastTo,
  cast,
  constant,
  exp,
  GraphBuilder,
  matmul,
  mul,
  relu,
  sum,
  tensorType,
  type Graph,
} from '@netwright/ir';
import { expect } from 'vitest';
import { drawNormal, uniformSource } from '../run/draw.ts';
import { expectSameBits } from '../run/expect-close.ts';
import { tensorOf } from '../run/tensors.ts';
import type { BehaviourCase } from './behaviour-case.ts';
import { expectError } from './expect-error.ts';

const VECTOR = tensorType('f32', [3]);

export const runCases: readonly BehaviourCase[] = [
  {
    name: 'updates read the values from before the run',
    async check(backend: Backend): Promise<void> {
      const { results, entries } = await runTwice(backend, swapGraph(), { a: [1, 2, 3], b: [4, 5, 6] });
      expect(results.a).toEqual([4, 5, 6]);
      expect(results.sum).toEqual([5, 7, 9]);
      expect(entries).toEqual({ a: [1, 2, 3], b: [4, 5, 6] });
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
      expect(results.a).toEqual([4, 8, 12]);
      expect(entries).toEqual({ a: [4, 8, 12], b: [4, 8, 12] });
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
      expect(numbersOf(results)).toEqual({
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
      expect(Array.from(first.y.data)).toEqual(kept);
      const again = await executable.run(inputs);
      expect(Array.from(again.y.data)).toEqual(kept);
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
        expect(Array.from(together[index].y.data)).toEqual(Array.from(alone.y.data));
      }
      await executable.dispose();
    },
  },
  {
    name: 'random keys that are not given are zero',
    async check(backend: Backend): Promise<void> {
      const builder = new GraphBuilder();
      const { seed, step, offset } = builder.randomKey();
      builder.output('sum', add(add(seed, step), add(offset, 5)));
      const executable = await compile(builder.finish(), backend);
      expect(numbersOf(await executable.run({}))).toEqual({ sum: [5] });
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
    check: (backend) => expectError(compile(productGraph(), backend), 'dim.unbound', 'N'),
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
      expect(report).toMatchObject({ backend: backend.name, target: backend.target, parameters: 24, macs: 120 });
      expect(report.kernels.length).toBeGreaterThan(0);
      expect(report.peakBytes).toBeGreaterThanOrEqual(4 * 5 * 6);
      expect(report.persistentBytes).toBeGreaterThanOrEqual(4 * 24);
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
      await expectError(executable.run(spoil(good, backend)), 'run.inputs', place);
      expect(Array.from((await store.read('runs')).data)).toEqual([0]);
      await executable.run(good);
      expect(Array.from((await store.read('runs')).data)).toEqual([1]);
      await executable.dispose();
      await store.dispose();
    },
  };
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
