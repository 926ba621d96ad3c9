// What is the reference's own; that it computes what a graph means is tested by the conformance kit, which rests on it, and by recorded results of another framework.

import { compile, type Backend, type Store, type TensorData } from '@netwright/compiler';
import { add, buildGraph, conv2d, GraphBuilder, matmul, mul, relu, sum, tensorType } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { reference } from '../src/index.ts';

const scalar = (...values: number[]): TensorData => ({
  dtype: 'f32',
  shape: [values.length],
  data: Float64Array.from(values),
});

async function run(
  backend: Backend,
  graph: Parameters<typeof compile>[0],
  inputs: Readonly<Record<string, TensorData>>,
  dims = {},
) {
  const executable = await compile(graph, backend, { dims });
  return executable.run(inputs);
}

describe('precision', () => {
  const graph = buildGraph({ x: tensorType('f32', [2]), y: tensorType('f32', [2]) }, ({ x, y }) => ({
    product: mul(x, y),
    total: sum(add(x, y)),
  }));
  const x = scalar(1 / 3, 1e30);
  const y = scalar(0.1, 1e30);

  it('is double by default', async () => {
    const backend = reference();
    expect(backend).toMatchObject({
      name: 'reference',
      target: 'f64',
      capabilities: { precision: 'f64', threads: 1, unsupported: [] },
    });
    const { product, total } = await run(backend, graph, { x, y });
    expect(product.data).toEqual(Float64Array.of((1 / 3) * 0.1, 1e30 * 1e30));
    expect(total.data).toEqual(Float64Array.of(1 / 3 + 0.1 + 2e30));
  });

  it('is single on request: inputs, results and the terms of sums are rounded', async () => {
    const backend = reference({ precision: 'f32' });
    expect(backend).toMatchObject({ target: 'f32', capabilities: { precision: 'f32' } });
    const { product } = await run(backend, graph, { x, y });
    expect(product.data).toEqual(Float32Array.of(Math.fround(Math.fround(1 / 3) * Math.fround(0.1)), Infinity));
    const row: TensorData = { dtype: 'f32', shape: [1, 3], data: Float32Array.of(16777216, 1, 1) };
    const ones: TensorData = { dtype: 'f32', shape: [3, 1], data: Float32Array.of(1, 1, 1) };
    const product2 = buildGraph({ a: tensorType('f32', [1, 3]), b: tensorType('f32', [3, 1]) }, ({ a, b }) => ({
      y: matmul(a, b),
    }));
    expect((await run(backend, product2, { a: row, b: ones })).y.data).toEqual(Float32Array.of(16777216));
    expect((await run(reference(), product2, { a: row, b: ones })).y.data).toEqual(Float64Array.of(16777218));
  });
});

describe('the report', () => {
  it('counts kernels, parameters, bytes and multiply-adds', async () => {
    const graph = buildGraph({ image: tensorType('f32', ['N', 3, 4, 4]) }, ({ image }, builder) => {
      const weight = builder.within('conv1', () => builder.parameter('weight', [2, 3, 3, 3]));
      return { y: builder.within('conv1', () => relu(conv2d(image, weight, { padding: 1 }))) };
    });
    const { report } = await compile(graph, reference(), { dims: { N: 5 } });
    expect(report).toMatchObject({
      backend: 'reference',
      target: 'f64',
      parameters: 54,
      persistentBytes: 8 * 54,
      macs: 5 * 2 * 16 * 27,
    });
    expect(report.kernels[0]).toEqual({ name: 'conv1:conv2d', operations: ['conv2d'], schedule: 'evaluate' });
    const image = 5 * 48;
    const results = 5 * 32;
    expect(report.peakBytes).toBeGreaterThanOrEqual(8 * (image + 54 + results));
  });

  it('frees what is not needed any more', async () => {
    const chain = (length: number) =>
      buildGraph({ x: tensorType('f32', [1000]) }, ({ x }) => {
        let y = x;
        for (let i = 0; i < length; i++) y = add(y, x);
        return { y };
      });
    const peaks = await Promise.all(
      [4, 40].map(async (length) => (await compile(chain(length), reference())).report.peakBytes),
    );
    expect(peaks[0]).toBe(3 * 8000);
    expect(peaks[1]).toBe(peaks[0]);
  });
});

describe('messages', () => {
  async function storeOf(backend: Backend): Promise<Store> {
    const store = await backend.createStore();
    await store.declare([{ name: 'fc.weight', type: tensorType('f32', [2, 3]) }]);
    return store;
  }

  it.each<[string, (store: Store, backend: Backend) => Promise<unknown>]>([
    [
      'declare (fc.weight): expected f32[2, 3], received f32[6]. Hint: use another store for another model [store.type]',
      (store) => store.declare([{ name: 'fc.weight', type: tensorType('f32', [6]) }]),
    ],
    [
      'write (fc.weight): expected f32[2, 3], received f32[6] with 6 elements. [store.type]',
      (store) => store.write('fc.weight', { dtype: 'f32', shape: [6], data: new Float32Array(6) }),
    ],
    [
      'read (fc.bias): expected the name of a declared entry, received fc.bias. Hint: compile the graph for this store first [store.unknown]',
      (store) => store.read('fc.bias'),
    ],
    [
      'load: expected a store made by this backend, received one of another backend (reference). [reference.store]',
      (store) =>
        reference().load(
          buildGraph({ x: tensorType('f32', [1]) }, ({ x }) => ({ x })),
          store,
          { dims: {} },
        ),
    ],
    [
      'load: expected a graph without function calls, received a call of relu. Hint: load is called by compile, which inlines functions [reference.calls]',
      (store, backend) =>
        backend.load(
          buildGraph({ x: tensorType('f32', [1]) }, ({ x }) => ({ y: relu(x) })),
          store,
          { dims: {} },
        ),
    ],
    [
      'load (missing): expected an entry of the store for every parameter and state of the graph, received none. Hint: declare it first; compile does [reference.entries]',
      (store, backend) => {
        const builder = new GraphBuilder();
        builder.output('y', builder.parameter('missing', [3]));
        return backend.load(builder.finish(), store, { dims: {} });
      },
    ],
  ])('%s', async (message, act) => {
    const backend = reference();
    await expect(act(await storeOf(backend), backend)).rejects.toThrow(
      expect.objectContaining({ name: 'NetwrightError', message }) as Error,
    );
  });
});
