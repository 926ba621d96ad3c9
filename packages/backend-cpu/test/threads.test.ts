import { afterEach, describe, expect, test } from 'vitest';

import type { KernelProgram, TensorData } from '@netwright/compiler';

import { outcome, outcomeBits } from '../src/runtime/layout.ts';
import { spawnWorker, type WorkerHandle } from '../src/runtime/spawn-worker.ts';
import { WorkerPool } from '../src/runtime/worker-pool.ts';
import { FunctionBuilder } from '../src/wasm/function-builder.ts';
import { ModuleBuilder } from '../src/wasm/module-builder.ts';

import { makeHarness, schedule, type Harness } from './harness.ts';
import { interpret } from './interpret.ts';
import {
  axes,
  axis,
  binary,
  buffer,
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
  kernel,
  load,
  matmulProgram,
  product,
  reduce,
  type ConvolutionCase,
} from './kernel-samples.ts';
import { randomValues, relativeError } from './run-kernels.ts';

const harnesses: Harness[] = [];
const withThreads = (threads: number): Harness => {
  const harness = makeHarness(threads);
  harnesses.push(harness);
  return harness;
};
afterEach(() => {
  for (const harness of harnesses.splice(0)) harness.dispose();
});

const shape: ConvolutionCase = {
  batch: 4,
  inChannels: 24,
  outChannels: 40,
  size: 15,
  filter: 3,
  stride: 2,
  padding: 1,
};
const programs = {
  matmul: matmulProgram(67, 130, 45),
  forward: convolutionForward(shape),
  inputGradient: convolutionInputGradient(shape),
  weightGradient: convolutionWeightGradient(shape),
  sum: {
    buffers: [
      buffer(0, [64, 33, 50], { kind: 'input', name: 'x' }),
      buffer(1, [33], { kind: 'output', names: ['sum'] }),
    ],
    kernels: [
      kernel('sum', axes(0, [33]), axes(1, [64, 50]), [
        { buffer: 1, index: [axis(0)], value: reduce('sum', [1, 2], load(0, [axis(1), axis(0), axis(2)])) },
      ]),
    ],
  },
};

describe.each(Object.entries(programs))('%s', (_, program) => {
  test('gives the same bits on 1, 2 and 3 threads, and the right ones', async () => {
    const contents = program.buffers.map(({ shape: of }, i) => Float64Array.from(randomValues(product(of), i + 1)));
    const tensor = (id: number): TensorData => ({
      dtype: 'f32',
      shape: program.buffers[id]?.shape ?? [],
      data: Float32Array.from(contents[id] ?? []),
    });
    const results: (readonly [string, TensorData['data']])[][] = [];
    for (const threads of [1, 2, 3]) {
      const harness = withThreads(threads);
      const executable = await harness.load(schedule(program));
      const inputs: Record<string, TensorData> = {};
      for (const { role, id } of program.buffers) {
        if (role.kind === 'input') inputs[role.name] = tensor(id);
        if (role.kind === 'persistent') await harness.store.write(role.name, tensor(id));
      }
      for (let repeat = 0; repeat < 3; repeat += 1) {
        const outputs = await executable.run(inputs);
        const written = await Promise.all(
          harness.store.entries.map(async ({ name }) => [name, (await harness.store.read(name)).data] as const),
        );
        results.push([...Object.entries(outputs).map(([name, { data }]) => [name, data] as const), ...written]);
      }
    }
    for (const result of results) expect(result).toEqual(results[0]);
    interpret(program, contents);
    for (const { role, id } of program.buffers) {
      const name = role.kind === 'output' ? role.names[0] : role.kind === 'persistent' ? role.name : undefined;
      const found = results[0]?.find(([key]) => key === name);
      if (found !== undefined) expect(relativeError(found[1], contents[id] ?? [])).toBeLessThan(2e-6);
    }
  });
});

/** Reads at positions that are data, without a guard. */
function gatherProgram(rows: number): KernelProgram {
  const gathered = load(0, [
    { offset: 0, terms: [{ coefficient: 1, atom: { kind: 'value', expr: load(1, [axis(0)], 'i32') } }] },
  ]);
  return {
    buffers: [
      buffer(0, [16], { kind: 'input', name: 'x' }),
      buffer(1, [rows], { kind: 'input', name: 'at' }, 'i32'),
      buffer(2, [rows], { kind: 'output', names: ['y'] }),
    ],
    kernels: [
      kernel(
        'gather',
        axes(0, [rows]),
        [],
        [{ buffer: 2, index: [axis(0)], value: binary('add', gathered, gathered) }],
      ),
    ],
  };
}

test('kernels of equal form are compiled once for a store', async () => {
  const harness = withThreads(1);
  await harness.load(matmulProgram(20, 30, 40));
  const compiled = harness.store.names.size;
  await harness.load(matmulProgram(20, 30, 40));
  expect([compiled, harness.store.names.size]).toEqual([1, 1]);
  await harness.load(matmulProgram(21, 30, 40));
  expect(harness.store.names.size).toBe(2);
});

test('a worker that dies between runs gives an error, not a hang', async () => {
  const harness = withThreads(2);
  const program = matmulProgram(200, 200, 200);
  const executable = await harness.load(program);
  const input = (rows: number, columns: number): TensorData => ({
    dtype: 'f32',
    shape: [rows, columns],
    data: randomValues(rows * columns, 1),
  });
  const inputs = { a: input(200, 200), b: input(200, 200) };
  await executable.run(inputs);
  for (const worker of harness.workers) worker.terminate();
  await expect(executable.run(inputs)).rejects.toMatchObject({ code: 'cpu.worker' });
  await expect(executable.run(inputs)).rejects.toMatchObject({ code: 'cpu.worker' });
});

test('the calling thread leaves a barrier when others take long, and goes on from there', async () => {
  const patience = { spins: 1, sleep: 1n, polls: 1 };
  const program = programs.weightGradient;
  const contents = program.buffers.map(({ shape: of }, i) => Float64Array.from(randomValues(product(of), i + 1)));
  const tensor = (id: number): TensorData => ({
    dtype: 'f32',
    shape: program.buffers[id]?.shape ?? [],
    data: Float32Array.from(contents[id] ?? []),
  });
  const runOn = async (harness: Harness): Promise<readonly TensorData['data'][]> => {
    harnesses.push(harness);
    const executable = await harness.load(schedule(program));
    const inputs: Record<string, TensorData> = {};
    for (const { role, id } of program.buffers) if (role.kind === 'input') inputs[role.name] = tensor(id);
    const outputs: TensorData['data'][] = [];
    for (let repeat = 0; repeat < 20; repeat += 1) {
      const results = await executable.run(inputs);
      for (const { name } of harness.store.entries) outputs.push((await harness.store.read(name)).data);
      outputs.push(...Object.values(results).map(({ data }) => data));
    }
    return outputs;
  };
  expect(await runOn(makeHarness(3, patience))).toEqual(await runOn(makeHarness(1)));
});

test('a worker that ends inside a kernel is noticed within a second', async () => {
  const workers: WorkerHandle[] = [];
  const pool = new WorkerPool(2, (events) => {
    const worker = spawnWorker(events);
    workers.push(worker);
    return worker;
  });
  const module = new ModuleBuilder({ module: 'env', name: 'memory', minimum: 1, maximum: 1, shared: true });
  const endless = new FunctionBuilder({ params: ['i32', 'i32', 'i32', 'i32'], results: ['i32'] });
  endless.loop((again) => endless.br(again));
  endless.i32(0);
  module.addFunction(endless, 'run');
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  await pool.load({
    program: 1,
    store: 1,
    memory,
    kernels: [],
    driver: new WebAssembly.Module(module.finish()),
    entries: ['run'],
  });
  let ended = 0;
  setTimeout(() => {
    ended = performance.now();
    for (const worker of workers) worker.terminate();
  }, 50);
  const waiting = (): number => outcome.waiting + (1 << outcomeBits);
  await expect(
    pool.run({ program: 1, entryIndex: 0, entry: waiting, arena: 0, memory, parallel: true }),
  ).rejects.toMatchObject({ code: 'cpu.worker' });
  expect(performance.now() - ended).toBeLessThan(1_000);
  pool.dispose();
});

test('a kernel that traps on the calling thread lets the workers go', async () => {
  const harness = withThreads(2);
  const rows = 100_000;
  const program = gatherProgram(rows);
  const executable = await harness.load(program);
  const at = new Int32Array(rows);
  const inputs = {
    x: { dtype: 'f32', shape: [16], data: randomValues(16, 1) },
    at: { dtype: 'i32', shape: [rows], data: at },
  } as const;
  await executable.run(inputs);
  at[0] = 2 ** 29;
  await expect(executable.run(inputs)).rejects.toThrow('out of bounds');
  await expect(executable.run(inputs)).rejects.toMatchObject({ code: 'cpu.worker' });
});

test('an index that a kernel loads may trap in a worker: the run fails with the reason', async () => {
  const harness = withThreads(2);
  const rows = 100_000;
  const executable = await harness.load(gatherProgram(rows));
  const at = new Int32Array(rows);
  const inputs = {
    x: { dtype: 'f32', shape: [16], data: randomValues(16, 1) },
    at: { dtype: 'i32', shape: [rows], data: at },
  } as const;
  await executable.run(inputs);
  at[rows - 1] = 2 ** 29;
  await expect(executable.run(inputs)).rejects.toMatchObject({
    code: 'cpu.worker',
    message: expect.stringContaining('out of bounds') as string,
  });
});
