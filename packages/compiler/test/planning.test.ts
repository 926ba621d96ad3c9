// Plans of random programs, updates, prepared kernels and one store for two batch sizes.

import {
  add,
  buildGraph,
  exp,
  GraphBuilder,
  inlineFunctions,
  linear,
  matmul,
  mul,
  relu,
  sub,
  sum,
  tensorType,
  transpose,
  type Graph,
  type Tensor,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { compileKernels } from '../src/compile-kernels.ts';
import { buffersRead } from '../src/kernels/contents.ts';
import { preparedKernels } from '../src/fusion/prepared-kernels.ts';
import { interpret, interpreterBackend, limitedBackend } from '../src/interpreter/index.ts';
import { canonicalBytes, storageBytes } from '../src/kernels/buffer-bytes.ts';
import { load } from '../src/kernels/expression.ts';
import { axisIndex } from '../src/kernels/index-algebra.ts';
import type { BufferDecl, Expr, Kernel, KernelProgram } from '../src/kernels/kernel.ts';
import { rowMajorStorage } from '../src/kernels/storage.ts';
import type { TensorData } from '../src/backend.ts';
import type { PlannedProgram } from '../src/planned-program.ts';
import { placeBlocks } from '../src/planning/arena.ts';
import { verification } from '../src/verify/verification.ts';
import { drawNormal, evaluateGraph, uniformSource, worstDifference } from './sample-programs.ts';

const square = tensorType('f32', [6, 6]);

/** Values of one shape that use earlier ones at random: elementwise, transposed, summed or multiplied. */
function randomGraph(seed: number): Graph {
  const uniform = uniformSource(seed);
  const builder = new GraphBuilder();
  const values: Tensor[] = [builder.input('x', square), builder.input('y', square)];
  const pick = (): Tensor => values[Math.floor(uniform() * values.length)];
  const recent = (): Tensor => values[Math.max(0, values.length - 1 - Math.floor(uniform() * 4))];
  const makers: readonly (() => Tensor)[] = [
    () => add(recent(), pick()),
    () => sub(recent(), mul(pick(), 0.5)),
    () => exp(mul(recent(), -0.01)),
    () => relu(recent()),
    () => transpose(recent(), [1, 0]),
    () => mul(matmul(recent(), pick()), 0.05),
    () => add(recent(), sum(pick(), { axes: [0], keepDims: true })),
  ];
  const state = builder.state('s', square);
  values.push(state);
  for (let i = 0; i < 30; i++) values.push(makers[Math.floor(uniform() * makers.length)]());
  builder.output('last', recent());
  builder.output('some', pick());
  builder.update('s', recent());
  return inlineFunctions.run(builder.finish());
}

interface Live {
  readonly id: number;
  readonly first: number;
  readonly last: number;
}

/** When each buffer holds something needed, by following the kernels once more. */
function liveRanges({ program, prepareCount }: PlannedProgram): readonly Live[] {
  const ranges = new Map<number, { first: number; last: number }>();
  const { buffers, kernels } = program;
  for (const { id, role } of buffers)
    if (role.kind === 'input') ranges.set(id, { first: prepareCount - 1, last: prepareCount - 1 });
  kernels.forEach((kernel, at) => {
    for (const id of [...buffersRead(kernel), ...kernel.outputs.map(({ buffer }) => buffer)]) {
      const known = ranges.get(id) ?? { first: at, last: at };
      ranges.set(id, { ...known, last: at });
    }
  });
  for (const { id, role } of buffers) {
    const range = ranges.get(id);
    if (role.kind === 'output' && range !== undefined) ranges.set(id, { ...range, last: kernels.length });
  }
  return [...ranges].map(([id, range]) => ({ id, ...range }));
}

describe('plans of random programs', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('number %i', async (seed) => {
    const graph = randomGraph(seed);
    const planned = compileKernels(graph, { dims: {}, verify: verification });
    const { buffers } = planned.program;
    const { offsets, arenaBytes, peakBytes } = planned.plan;
    const placed = liveRanges(planned).filter(({ id }) => offsets[id] >= 0);
    for (const { id } of placed) {
      expect(offsets[id] % 64).toBe(0);
      expect(offsets[id] + storageBytes(buffers[id])).toBeLessThanOrEqual(arenaBytes);
    }
    for (const a of placed) {
      for (const b of placed) {
        if (a.id >= b.id) continue;
        const overlap =
          offsets[a.id] < offsets[b.id] + storageBytes(buffers[b.id]) &&
          offsets[b.id] < offsets[a.id] + storageBytes(buffers[a.id]);
        // Where places overlap one buffer ends before the other begins, or at the kernel that stores one in place of the other.
        if (overlap) expect(a.last <= b.first || b.last <= a.first).toBe(true);
      }
    }
    expect(peakBytes).toBeGreaterThanOrEqual(
      Math.max(...buffers.map((buffer) => (offsets[buffer.id] >= 0 ? canonicalBytes(buffer) : 0))),
    );
    expect(arenaBytes).toBeGreaterThanOrEqual(peakBytes);

    const uniform = uniformSource(seed + 100);
    const values = { x: drawNormal(36, uniform), y: drawNormal(36, uniform), s: drawNormal(36, uniform) };
    const expected = evaluateGraph(graph, values);
    const apart = interpret(planned.program, values);
    for (const backend of [interpreterBackend(), limitedBackend({ precision: 'f64' })]) {
      const store = await backend.createStore();
      const executable = await compile(graph, backend, { store });
      await store.write('s', { dtype: 'f32', shape: [6, 6], data: values.s });
      const outputs = await executable.run({ x: tensor([6, 6], values.x), y: tensor([6, 6], values.y) });
      for (const [name, data] of Object.entries(expected.outputs)) {
        expect(worstDifference(data, outputs[name].data), `${backend.name} ${name}`).toBeLessThan(1e-9);
        expect(worstDifference(apart.outputs[name], outputs[name].data), name).toBeLessThan(1e-9);
      }
      expect(worstDifference(expected.updates.s, (await store.read('s')).data), backend.name).toBeLessThan(1e-9);
    }
  });
});

function tensor(shape: readonly number[], data: Float64Array): TensorData {
  return { dtype: 'f32', shape, data };
}

describe('the arena', () => {
  it('is close to the largest live set', () => {
    const uniform = uniformSource(5);
    const blocks = Array.from({ length: 400 }, () => {
      const first = Math.floor(uniform() * 400);
      return {
        bytes: 64 * (1 + Math.floor(uniform() ** 3 * 200)),
        first,
        last: first + Math.floor(uniform() ** 2 * 40),
      };
    });
    let peak = 0;
    for (let at = 0; at < 440; at++) {
      peak = Math.max(
        peak,
        blocks.reduce((sum, { bytes, first, last }) => (first <= at && at <= last ? sum + bytes : sum), 0),
      );
    }
    const { bytes } = placeBlocks(blocks);
    expect(bytes).toBeGreaterThanOrEqual(peak);
    expect(bytes).toBeLessThanOrEqual(1.15 * peak);
  });

  it('reuses the place of an operand that is read for the last time', () => {
    const graph = buildGraph({ x: square, w: square }, ({ x, w }) => ({ y: add(matmul(exp(x), w), 1) }));
    const { plan } = compileKernels(graph, { dims: {} });
    expect(plan.arenaBytes).toBeLessThanOrEqual(3 * 192);
  });
});

describe('updates', () => {
  it('are stored in place where nothing reads the old value later', () => {
    const builder = new GraphBuilder();
    const w = builder.parameter('w', [6, 6]);
    const x = builder.input('x', square);
    builder.output('y', matmul(x, w));
    builder.update('w', sub(w, mul(x, 0.1)));
    const { program } = compileKernels(builder.finish(), { dims: {}, verify: verification });
    expect(program.buffers.filter(({ role }) => role.kind === 'persistent')).toHaveLength(1);
    expect(program.kernels.at(-1)?.name).toBe('w:update');
    expect(program.kernels).toHaveLength(2);
  });

  it('go aside and are copied where other elements of the old value are read', () => {
    const builder = new GraphBuilder();
    const w = builder.parameter('w', [6, 6]);
    builder.update('w', mul(transpose(w, [1, 0]), 2));
    const { program } = compileKernels(builder.finish(), { dims: {}, verify: verification });
    expect(program.kernels).toHaveLength(2);
    const values = { w: drawNormal(36, uniformSource(1)) };
    const expected = Float64Array.from({ length: 36 }, (_, i) => 2 * values.w[(i % 6) * 6 + Math.floor(i / 6)]);
    expect(interpret(program, values).persistent.w).toEqual(expected);
  });
});

describe('prepared kernels', () => {
  const build = (updates: boolean): Graph => {
    const builder = new GraphBuilder();
    const w = builder.parameter('w', [6, 6]);
    const x = builder.input('x', square);
    builder.output('y', matmul(x, exp(w)));
    if (updates) builder.update('w', sub(w, 1));
    return builder.finish();
  };

  it('are those that depend on entries which the program does not write', () => {
    expect(compileKernels(build(false), { dims: {}, verify: verification }).prepareCount).toBe(1);
    expect(compileKernels(build(true), { dims: {}, verify: verification }).prepareCount).toBe(0);
  });

  it('are none of those that fill what a run writes into', () => {
    const at = [axisIndex(0)];
    const half = (name: string, first: number, value: Expr): Kernel => ({
      name,
      sources: [],
      axes: [{ id: 0, extent: 3 }],
      reductionAxes: [],
      outputs: [{ buffer: 2, index: [axisIndex(0, 1, first)], value }],
    });
    const decl = (id: number, size: number, role: BufferDecl['role']): BufferDecl => ({
      id,
      dtype: 'f32',
      shape: [size],
      role,
      storage: rowMajorStorage([size]),
    });
    const program = (second: number): KernelProgram => ({
      buffers: [
        decl(0, 3, { kind: 'persistent', name: 'w' }),
        decl(1, 3, { kind: 'input', name: 'x' }),
        decl(2, 6, { kind: 'temporary' }),
      ],
      kernels: [half('first', 0, load(0, 'f32', at)), half('second', 3, load(second, 'f32', at))],
    });
    expect(preparedKernels(program(0))).toEqual(new Set([0, 1]));
    expect(preparedKernels(program(1))).toEqual(new Set());
  });

  it('run again when the store has changed', async () => {
    const backend = interpreterBackend();
    const store = await backend.createStore();
    const executable = await compile(build(false), backend, { store });
    const x = tensor([6, 6], drawNormal(36, uniformSource(2)));
    for (const value of [0, 0, 1]) {
      await store.write('w', tensor([6, 6], new Float64Array(36).fill(value)));
      const first = Array.from((await executable.run({ x })).y.data);
      const again = Array.from((await executable.run({ x })).y.data);
      const row = Array.from(x.data.slice(0, 6)).reduce((a, b) => a + b, 0);
      expect(first[0]).toBeCloseTo(row * Math.exp(value), 9);
      expect(again).toEqual(first);
    }
  });
});

describe('one store', () => {
  it.each([interpreterBackend, limitedBackend])('serves executables of several batch sizes', async (create) => {
    const backend = create({ precision: 'f64' });
    const builder = new GraphBuilder();
    const x = builder.input('x', tensorType('f32', ['N', 3]));
    const w = builder.parameter('w', [2, 3]);
    builder.output('y', linear(x, w));
    builder.update('w', sub(w, 1));
    const graph = builder.finish<'x', 'y'>();
    const store = await backend.createStore();
    const [whole, half] = await Promise.all([4, 2].map((N) => compile(graph, backend, { store, dims: { N } })));
    await store.write('w', tensor([2, 3], Float64Array.from([5, 5, 5, 5, 5, 5])));
    const ones = (rows: number): TensorData => tensor([rows, 3], new Float64Array(rows * 3).fill(1));
    expect(Array.from((await whole.run({ x: ones(4) })).y.data)).toEqual(new Array(8).fill(15));
    expect(Array.from((await half.run({ x: ones(2) })).y.data)).toEqual(new Array(4).fill(12));
    expect(Array.from((await store.read('w')).data)).toEqual(new Array(6).fill(3));
    expect(whole.report.parameters).toBe(6);
  });
});
