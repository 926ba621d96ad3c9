// Functions with kernels of their own give what their expansions give, and are fused like primitives.

import { compile, defineLowering, type Backend, type TensorData } from '@netwright/compiler';
import { interpreterBackend, limitedBackend } from '@netwright/compiler/interpreter';
import {
  add,
  avgPool2d,
  buildGraph,
  callFunction,
  constantTensor,
  conv2d,
  defineFunction,
  exp,
  fromJson,
  gather,
  mul,
  sin,
  structuralHash,
  sub,
  sum,
  tensorType,
  toJson,
  type FunctionDef,
  type FunctionRecord,
  type Graph,
  type NetwrightError,
  type TensorType,
} from '@netwright/ir';
import {
  addIndices,
  binary,
  constant,
  guarded,
  reduce,
  scaleIndex,
  shiftIndex,
  unary,
  valueIndex,
  type Extents,
} from '@netwright/compiler/kernels';
import { describe, expect, it } from 'vitest';

const NONE: Record<string, never> = {};
const NO_EXTENTS: Extents = new Map();

interface Case {
  readonly record: FunctionRecord<typeof NONE>;
  readonly types: readonly TensorType[];
}

const f32 = (...shape: readonly (number | string)[]): TensorType => tensorType('f32', shape);

const cases: Readonly<Record<string, Case>> = {
  'an element by element function of two results': {
    types: [f32('N', 5), f32('N', 5)],
    record: defineFunction({
      name: 'wave',
      expand: ([x, y]) => [mul(sin(x), y), add(x, y)],
      lower: defineLowering(({ read, at, result }) =>
        result === 0 ? binary('mul', unary('sin', read(0, at)), read(1, at)) : binary('add', read(0, at), read(1, at)),
      ),
    }),
  },
  'a reduction over a symbolic dimension': {
    types: [f32('N', 4)],
    record: defineFunction({
      name: 'columnSums',
      expand: ([x]) => [sum(exp(x), { axes: [0] })],
      lower: defineLowering(({ read, at, inputs, reductionAxis }) => {
        const { id, index } = reductionAxis(inputs[0].shape[0]);
        return reduce('sum', [id], unary('exp', read(0, [index, at[0]])));
      }),
    }),
  },
  'a scalar': {
    types: [f32(3), f32()],
    record: defineFunction({
      name: 'dotOnes',
      expand: ([x, y]) => [mul(sum(x), y)],
      lower: defineLowering(({ read, reductionAxis }) => {
        const { id, index } = reductionAxis(3);
        return binary('mul', reduce('sum', [id], read(0, [index])), read(1, []));
      }),
    }),
  },
  'windows over a padded image': {
    types: [f32('N', 2, 5, 6)],
    record: defineFunction({
      name: 'smooth',
      expand: ([x]) => [avgPool2d(x, { kernel: 3, stride: 2, padding: 1 })],
      lower: defineLowering(({ read, at: [n, c, y, x], inputs: [image], reductionAxis }) => {
        const [rows, columns] = [reductionAxis(3), reductionAxis(3)];
        const row = shiftIndex(addIndices(scaleIndex(y, 2), rows.index), -1);
        const column = shiftIndex(addIndices(scaleIndex(x, 2), columns.index), -1);
        const guards = [
          { index: row, lower: 0, upper: Number(image.shape[2]) },
          { index: column, lower: 0, upper: Number(image.shape[3]) },
        ];
        const pixel = guarded(guards, read(0, [n, c, row, column]), constant(0), NO_EXTENTS);
        return binary('div', reduce('sum', [rows.id, columns.id], pixel), constant(9));
      }),
    }),
  },
  'rows that another operand names': {
    types: [f32(7, 3), tensorType('i32', ['N'])],
    record: defineFunction({
      name: 'rows',
      expand: ([table, rows]) => [gather(table, rows, 0)],
      lower: defineLowering(({ read, at: [n, c] }) => {
        const row = valueIndex(read(1, [n]));
        return guarded([{ index: row, lower: 0, upper: 7 }], read(0, [row, c]), constant(0), NO_EXTENTS);
      }),
    }),
  },
};

function graphOf({ record, types }: Case): Graph {
  const inputs = Object.fromEntries(types.map((type, i) => [`x${String(i)}`, type]));
  return buildGraph(inputs, (tensors) =>
    Object.fromEntries(callFunction(record, Object.values(tensors), NONE).map((y, i) => [`y${String(i)}`, y])),
  );
}

function inputsOf(graph: Graph): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(graph.inputs).map(([name, { type }]): [string, TensorData] => {
      const shape = type.shape.map((dim) => (dim === 'N' ? 4 : Number(dim)));
      const size = shape.reduce((product, dim) => product * dim, 1);
      const values = Array.from({ length: size }, (_, i) => Math.fround(Math.sin(i * 1.7 + name.length)));
      return type.dtype === 'i32'
        ? [name, { dtype: type.dtype, shape, data: Int32Array.from(values, (_, i) => (i * 3) % 7) }]
        : [name, { dtype: type.dtype, shape, data: Float64Array.from(values) }];
    }),
  );
}

async function run(graph: Graph, backend: Backend): Promise<Record<string, TensorData>> {
  return (await compile(graph, backend, { dims: { N: 4 } })).run(inputsOf(graph));
}

function operationsOf(graph: Graph, backend: Backend): Promise<readonly string[]> {
  return compile(graph, backend, { dims: { N: 4 } }).then(({ report }) =>
    report.kernels.flatMap(({ operations }) => operations),
  );
}

const expectClose = (received: Record<string, TensorData>, expected: Record<string, TensorData>): void => {
  expect(Object.keys(received)).toEqual(Object.keys(expected));
  for (const [name, { data }] of Object.entries(expected)) {
    data.forEach((value, i) => {
      expect(Math.abs(value - received[name].data[i]), `${name} ${String(i)}`).toBeLessThan(1e-12);
    });
  }
};

describe.each(Object.entries(cases))('%s', (_, one) => {
  const graph = graphOf(one);

  it('is what the expansion is', async () => {
    const saved = fromJson(JSON.parse(JSON.stringify(toJson(graph))));
    expectClose(await run(graph, interpreterBackend()), await run(saved, interpreterBackend()));
    expectClose(await run(graph, limitedBackend({ precision: 'f64' })), await run(saved, interpreterBackend()));
  });

  it('runs as its own kernels, and from a saved graph as its expansion', async () => {
    const saved = fromJson(JSON.parse(JSON.stringify(toJson(graph))));
    expect(await operationsOf(graph, interpreterBackend())).toContain(one.record.name);
    expect(await operationsOf(saved, interpreterBackend())).not.toContain(one.record.name);
    expect(structuralHash(saved)).toBe(structuralHash(graph));
  });
});

it('is fused with what surrounds it', async () => {
  const { record } = cases['an element by element function of two results'];
  const graph = buildGraph({ x: f32('N', 2, 6, 6), w: f32(3, 2, 3, 3) }, ({ x, w }) => {
    const y = conv2d(x, w);
    return { y: mul(callFunction(record, [y, y], NONE)[0], 2) };
  });
  const { report } = await compile(graph, interpreterBackend(), { dims: { N: 1 } });
  expect(report.kernels.map(({ operations }) => operations)).toEqual([['conv2d', 'wave', 'mul']]);
});

it('may be called inside another function, and with constants', async () => {
  const { record } = cases['windows over a padded image'];
  const outer = defineFunction({
    name: 'sharpen',
    expand: ([x]) => [sub(constantTensor(x.builder, [1], []), callFunction(record, [x], NONE)[0])],
  });
  const graph = buildGraph({ x: f32('N', 1, 4, 4) }, ({ x }, builder) => ({
    y: callFunction(outer, [x], NONE)[0],
    ones: callFunction(record, [constantTensor(builder, new Array<number>(16).fill(1), [1, 1, 4, 4])], NONE)[0],
  }));
  expect(await operationsOf(graph, interpreterBackend())).toContain('smooth');
  expectClose(
    await run(graph, interpreterBackend()),
    await run(fromJson(JSON.parse(JSON.stringify(toJson(graph)))), interpreterBackend()),
  );
});

it('is not asked for by a backend that takes no calls, nor in a format of another version', async () => {
  const graph = graphOf(cases['a scalar']);
  const backend = interpreterBackend();
  const plain: Backend = { ...backend, capabilities: { ...backend.capabilities, calls: false } };
  expect(await operationsOf(graph, plain)).not.toContain('dotOnes');
  const functions = Object.fromEntries(
    Object.entries(graph.functions).map(([key, def]): [string, FunctionDef] => [
      key,
      { ...def, lowering: { format: 99 } },
    ]),
  );
  expect(await operationsOf({ ...graph, functions }, backend)).not.toContain('dotOnes');
});

it('says what is wrong with an expression', () => {
  const wrong = defineFunction({
    name: 'wrong',
    expand: ([x]) => [exp(x)],
    lower: defineLowering(({ read }) => binary('lt', read(0, []), constant(0))),
  });
  const attempt = (): unknown =>
    buildGraph({ x: f32('N', 3) }, ({ x }, builder) =>
      builder.within('layer', () => ({ y: callFunction(wrong, [x], NONE)[0] })),
    );
  expect(attempt).toThrow(
    expect.objectContaining({
      message:
        'defineLowering (layer): expected an expression of the type of the result over elements of the operands, received one for (f32[N, 3]); operand 0, f32[N, 3], is read with 0 indices; result 0, f32[N, 3], is an expression of bool. [function.lowering]',
    } satisfies Partial<NetwrightError>) as Error,
  );
});
