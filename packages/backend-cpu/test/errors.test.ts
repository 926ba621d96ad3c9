// What the backend refuses, and what it says when something is used after its end.

import { compile } from '@netwright/compiler';
import { buildGraph, relu, tensorType } from '@netwright/ir';
import { expect, test, vi } from 'vitest';

import { cpu, type CpuOptions } from '../src/index.ts';
import { Heap } from '../src/runtime/heap.ts';

const graph = buildGraph({ x: tensorType('f32', [2]) }, ({ x }) => ({ y: relu(x) }));
const inputs = { x: { dtype: 'f32', shape: [2], data: Float32Array.of(-1, 2) } } as const;

async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}

test.each<readonly [string, CpuOptions, string]>([
  [
    'an unknown target',
    { target: 'cuda' as 'wasm' },
    `cpu: expected target 'auto', 'wasm' or 'native', received "cuda". [cpu.target]`,
  ],
  [
    'an unknown precision',
    { precision: 'exact' as 'high' },
    `cpu: expected precision 'high' or 'fast', received "exact". [cpu.precision]`,
  ],
  ['no threads', { threads: 0 }, 'cpu: expected a whole number of threads from 1 to 64, received 0. [cpu.threads]'],
  [
    'half a thread',
    { threads: 1.5 },
    'cpu: expected a whole number of threads from 1 to 64, received 1.5. [cpu.threads]',
  ],
])('%s', async (_, options, message) => {
  expect(await messageOf(() => cpu(options))).toBe(message);
});

test('a backend that was disposed of', async () => {
  const backend = cpu({ threads: 1 });
  await backend.dispose();
  expect(await messageOf(() => compile(graph, backend))).toBe(
    'cpu: expected a backend in use, received one that has been disposed of. [cpu.disposed]',
  );
});

test('an executable and a store that were disposed of', async () => {
  const backend = cpu({ threads: 1 });
  const store = await backend.createStore();
  const [first, second] = [await compile(graph, backend, { store }), await compile(graph, backend, { store })];
  await first.dispose();
  expect(await messageOf(() => first.run(inputs))).toBe(
    'run: expected an executable in use, received one that has been disposed of. [executable.disposed]',
  );
  expect((await second.run(inputs)).y.data).toEqual(Float32Array.of(0, 2));
  await store.dispose();
  expect(await messageOf(() => second.run(inputs))).toBe(
    'run: expected a store in use, received one that has been disposed of. [store.disposed]',
  );
  await backend.dispose();
});

test('a store of another backend', async () => {
  const [one, other] = [cpu({ threads: 1 }), cpu({ threads: 1 })];
  const store = await other.createStore();
  expect(await messageOf(() => compile(graph, one, { store }))).toBe(
    'load: expected a store made by this backend, received one of backend cpu. [cpu.store]',
  );
  await one.dispose();
  await other.dispose();
});

test('more memory than WebAssembly has', async () => {
  expect(await messageOf(() => new Heap(false).allocate(2 ** 33))).toMatch(
    /^cpu: expected at most \d+ MiB of WebAssembly memory, received a request for 8\d{3} MiB\. Hint: use a smaller batch \[cpu\.memory\]$/,
  );
});

test('an engine that gives no memory', async () => {
  vi.stubGlobal('WebAssembly', { ...WebAssembly, Memory: vi.fn().mockThrow(new RangeError('no address space')) });
  expect(await messageOf(() => new Heap(true))).toBe(
    'cpu: expected a WebAssembly memory of up to 512 MiB; RangeError: no address space. [cpu.memory-unavailable]',
  );
  vi.unstubAllGlobals();
});

test('an engine that does not compile the module', async () => {
  const backend = cpu({ threads: 1, target: 'wasm' });
  const spy = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new Error('out of code space'));
  expect(await messageOf(() => compile(graph, backend))).toMatch(
    /^load: expected an engine that compiles a module of \d+ bytes with 128-bit SIMD, received Error: out of code space\. \[cpu\.compile\]$/,
  );
  spy.mockRestore();
  const executable = await compile(graph, backend);
  expect((await executable.run(inputs)).y.data).toEqual(Float32Array.of(0, 2));
  await backend.dispose();
});
