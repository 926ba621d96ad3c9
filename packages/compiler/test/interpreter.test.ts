import { buildGraph, sin, tensorType } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  compile,
  defaultCapabilities,
  type BufferDecl,
  type Expr,
  type Kernel,
  type SchedulePass,
} from '../src/index.ts';
import {
  allocate,
  interpret,
  interpreterBackend,
  limitedBackend,
  readBuffer,
  writeBuffer,
} from '../src/interpreter/index.ts';
import {
  axisIndex,
  binary,
  constant,
  guarded,
  load,
  printProgram,
  reduce,
  rowMajorStorage,
  shiftIndex,
  unary,
} from '../src/kernels/index.ts';

const [a, b] = [0, 1].map((axis) => axisIndex(axis));
const x: BufferDecl = {
  id: 0,
  dtype: 'f32',
  shape: [2, 3],
  role: { kind: 'input', name: 'x' },
  storage: { strides: [1, 4], offset: 1, size: 16 },
};
const y: BufferDecl = {
  id: 1,
  dtype: 'f32',
  shape: [2, 3],
  role: { kind: 'output', names: ['y'] },
  storage: { strides: [5, 1], offset: 6, size: 20 },
};
const t: BufferDecl = { id: 2, dtype: 'f32', shape: [2], role: { kind: 'temporary' }, storage: rowMajorStorage([2]) };
const w: BufferDecl = {
  id: 3,
  dtype: 'f32',
  shape: [],
  role: { kind: 'persistent', name: 'w' },
  storage: rowMajorStorage([]),
};
const c: BufferDecl = {
  id: 4,
  dtype: 'i32',
  shape: [3],
  role: { kind: 'constant', data: [7, -8, 9] },
  storage: rowMajorStorage([3]),
};
const buffers = [x, y, t, w, c];

function kernel(
  name: string,
  shape: readonly number[],
  buffer: number,
  value: Expr,
  steps: readonly number[] = [],
): Kernel {
  const axes = shape.map((extent, id) => ({ id, extent }));
  const reductionAxes = steps.map((extent, at) => ({ id: at + shape.length, extent }));
  return {
    name,
    sources: [],
    axes,
    reductionAxes,
    outputs: [{ buffer, index: axes.map(({ id }) => axisIndex(id)), value }],
  };
}

const total = kernel('total', [2], 2, reduce('sum', [1], load(0, 'f32', [a, b])), [3]);
const root = unary('sqrt', load(2, 'f32', [a]));
const shifted = guarded(
  [{ index: shiftIndex(b, -1), lower: 0, upper: 3 }],
  load(0, 'f32', [a, shiftIndex(b, -1)]),
  constant(0.5),
  new Map(),
);
const result = kernel(
  'result',
  [2, 3],
  1,
  binary('add', binary('mul', root, root), binary('mul', shifted, load(3, 'f32', []))),
);
const program = {
  buffers,
  kernels: [total, result, kernel('update', [], 3, binary('mul', load(3, 'f32', []), constant(3)))],
};
const values = { x: [1, 2, 3, 4, 5, 6], w: [0.1] };

describe('interpret', () => {
  it('runs kernels in order over padded and transposed storage', () => {
    const { outputs, persistent, memory } = interpret(program, values);
    const sums = [Math.sqrt(6) ** 2, Math.sqrt(15) ** 2];
    expect([...outputs['y']]).toEqual([0.5, 1, 2, 0.5, 4, 5].map((value, at) => sums[at < 3 ? 0 : 1] + value * 0.1));
    expect([...persistent['w']]).toEqual([0.1 * 3]);
    expect([...memory[0]]).toEqual([0, 1, 4, 0, 0, 2, 5, 0, 0, 3, 6, 0, 0, 0, 0, 0]);
    expect([...memory[1].subarray(0, 6), ...memory[1].subarray(9, 11)]).toEqual(new Array(8).fill(0));
  });

  it('rounds every operation to single precision where asked', () => {
    const { outputs, persistent } = interpret(program, values, { precision: 'f32' });
    const f = Math.fround;
    const square = (sum: number): number => f(f(Math.sqrt(sum)) * f(Math.sqrt(sum)));
    expect([...outputs['y']]).toEqual(
      [0.5, 1, 2, 0.5, 4, 5].map((value, at) => f(square(at < 3 ? 6 : 15) + f(value * f(0.1)))),
    );
    expect([...persistent['w']]).toEqual([f(f(0.1) * 3)]);
  });

  it.each(['sum', 'max', 'argmax'] as const)('reduces by %s in row-major order', (op) => {
    const body = load(0, 'f32', [axisIndex(0), axisIndex(1)]);
    const target: BufferDecl = {
      ...t,
      id: 1,
      dtype: op === 'argmax' ? 'i32' : 'f32',
      shape: [],
      storage: rowMajorStorage([]),
    };
    const reduced = { ...kernel('k', [], 1, reduce(op, [0, 1], body), [2, 3]) };
    const run = (list: readonly number[]): number =>
      interpret({ buffers: [x, target], kernels: [reduced] }, { x: list }).memory[1][0];
    const expected = { sum: [26, NaN, -Infinity], max: [7, NaN, -Infinity], argmax: [3, 2, 0] }[op];
    expect(run([1, 2, 5, 7, 4, 7])).toBe(expected[0]);
    expect(run([1, 2, NaN, NaN, 4, 7])).toBe(expected[1]);
    expect(run(new Array<number>(6).fill(-Infinity))).toBe(expected[2]);
  });

  it('evaluates what is shared again at every point, and reductions that share with what is around them', () => {
    const shared = binary('add', load(0, 'f32', [a, b]), constant(1));
    const inner = binary('add', load(0, 'f32', [a, axisIndex(2)]), constant(1));
    const value = binary('sub', binary('mul', shared, reduce('sum', [2], inner)), shared);
    const { outputs } = interpret({ buffers: [x, y], kernels: [kernel('k', [2, 3], 1, value, [3])] }, values);
    expect([...outputs['y']]).toEqual([2, 3, 4, 5, 6, 7].map((one, at) => one * (at < 3 ? 9 : 18) - one));
  });

  it('shows what is read before it is stored', () => {
    const early = { buffers, kernels: [result] };
    expect([...interpret(early, values).outputs['y']]).toEqual(new Array(6).fill(NaN));
  });

  it('reads constants and writes by name or place', () => {
    const memory = allocate(program, 'f64');
    expect([...readBuffer(c, memory[4])]).toEqual([7, -8, 9]);
    writeBuffer(x, memory[0], [2]);
    expect([...readBuffer(x, memory[0])]).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('refuses positions outside a buffer', () => {
    const run =
      (value: Expr): (() => unknown) =>
      () =>
        interpret({ buffers, kernels: [kernel('k', [2, 3], 1, value)] }, values);
    expect(run(load(0, 'f32', [shiftIndex(a, 1), b]))).toThrow('k: position 2 on axis 0 of buffer 0 of length 2');
    expect(run(load(0, 'f32', [a]))).toThrow('k: 1 indices for buffer 0 of rank 2');
    expect(run(load(0, 'f32', [a, axisIndex(8)]))).toThrow('k: axis 8 is not declared');
    const small = { ...x, storage: { ...x.storage, size: 8 } };
    expect(() =>
      interpret({ buffers: [small, y], kernels: [kernel('k', [2, 3], 1, load(0, 'f32', [a, b]))] }, values),
    ).toThrow('k: place 9 of buffer 0 is outside its storage');
  });

  it('refuses values that are missing or of another size', () => {
    expect(() => interpret(program, { x: [1, 2] })).toThrow(
      'interpret: expected values of every input and persistent entry, received x; x has 2 elements, not 6; w is missing. [interpret.values]',
    );
  });
});

describe('printProgram', () => {
  it('is stable text', () => {
    expect(printProgram(program)).toMatchInlineSnapshot(`
      "b0 input x: f32[2, 3] strides 1 4 offset 1 size 16
      b1 output y: f32[2, 3] strides 5 1 offset 6 size 20
      b2 temporary: f32[2]
      b3 persistent w: f32[]
      b4 constant 7 -8 9: i32[3]
      total a0:2 | a1:3
        b2[a0] = sum{a1}(b0[a0, a1])
      result a0:2 a1:3
        t0 = sqrt(b2[a0])
        b1[a0, a1] = add(mul(t0, t0), mul((b0[a0, a1 - 1] if 0 <= a1 - 1 < 3 else 0.5), b3[]))
      update
        b3[] = mul(b3[], 3)"
    `);
  });
});

describe('interpreterBackend', () => {
  const graph = buildGraph({ x: tensorType('f32', [2]) }, ({ x }) => ({ y: sin(x) }));
  const x = { dtype: 'f32', shape: [2], data: Float32Array.of(1, 2) } as const;

  it('refuses a store of another backend', async () => {
    const store = await limitedBackend().createStore();
    await expect(compile(graph, interpreterBackend(), { store })).rejects.toThrow(
      'load: expected a store made by this backend, received one of another backend (limited). [interpreter.store]',
    );
  });

  it('names the kernel that a schedule makes too large for the capabilities', async () => {
    const storeTwice: SchedulePass = {
      name: 'store-twice',
      requires: 'One output for each kernel.',
      guarantees: 'Two.',
      run: ({ buffers, kernels: [first, ...others] }) => {
        const copy = { ...buffers[first.outputs[0].buffer], id: buffers.length, role: { kind: 'temporary' } as const };
        const outputs = [...first.outputs, { ...first.outputs[0], buffer: copy.id }];
        return { buffers: [...buffers, copy], kernels: [{ ...first, outputs }, ...others] };
      },
    };
    const capabilities = { ...defaultCapabilities, maxOutputs: 1 };
    const executable = await compile(graph, interpreterBackend({ capabilities, passes: [storeTwice] }));
    await expect(executable.run({ x })).rejects.toThrow(
      'run (sin): expected a kernel within the capabilities that it was compiled for, received 2 outputs, and the limit is 1. [interpreter.limits]',
    );
  });
});
