import { isNetwrightError } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { verifyProgram, type BufferDecl, type Expr, type Kernel, type KernelProgram } from '../src/index.ts';
import {
  addIndices,
  axisIndex,
  binary,
  cast,
  constant,
  constantIndex,
  floorDivide,
  guarded,
  load,
  modulo,
  reduce,
  rowMajorStorage,
  scaleIndex,
  select,
  shiftIndex,
  unary,
  valueIndex,
} from '../src/kernels/index.ts';

const [a, b, r, s] = [0, 1, 2, 3].map((axis) => axisIndex(axis));

function buffer(
  id: number,
  shape: readonly number[],
  role: BufferDecl['role'],
  dtype: BufferDecl['dtype'] = 'f32',
): BufferDecl {
  return { id, dtype, shape, role, storage: rowMajorStorage(shape) };
}

/** x f32[4, 6], a temporary of that shape, an output of that shape, i32 positions [4], a persistent entry of x's shape, bytes [4], truth values [4]. */
const buffers: readonly BufferDecl[] = [
  buffer(0, [4, 6], { kind: 'input', name: 'x' }),
  buffer(1, [4, 6], { kind: 'temporary' }),
  buffer(2, [4, 6], { kind: 'output', names: ['y'] }),
  buffer(3, [4], { kind: 'input', name: 'positions' }, 'i32'),
  buffer(4, [4, 6], { kind: 'persistent', name: 'w' }),
  buffer(5, [4], { kind: 'input', name: 'bytes' }, 'u8'),
  buffer(6, [4], { kind: 'input', name: 'truths' }, 'bool'),
];
const x = load(0, 'f32', [a, b]);
const n = load(3, 'i32', [a]);

/** A kernel over [4, 6] with reduction axes of 3 and 2. */
function kernel(value: Expr, change: Partial<Kernel> = {}, target = 2): Kernel {
  return {
    name: `k${String(target)}`,
    sources: [],
    axes: [
      { id: 0, extent: 4 },
      { id: 1, extent: 6 },
    ],
    reductionAxes: [
      { id: 2, extent: 3 },
      { id: 3, extent: 2 },
    ],
    outputs: [{ buffer: target, index: [a, b], value }],
    ...change,
  };
}

function program(...kernels: readonly Kernel[]): KernelProgram {
  return { buffers, kernels };
}

function reasonsOf(broken: KernelProgram): readonly string[] {
  try {
    verifyProgram(broken);
  } catch (error) {
    if (isNetwrightError(error, 'program.invalid')) return error.reasons;
    throw error;
  }
  return [];
}

function withBuffer(change: Partial<BufferDecl>): KernelProgram {
  return { ...program(kernel(x)), buffers: buffers.map((one, at) => (at === 1 ? { ...one, ...change } : one)) };
}

const outside = load(0, 'f32', [shiftIndex(a, 1), b]);
const raw = (x: Expr): Expr => ({ kind: 'cast', dtype: 'f32', x });
const untyped = (expr: Expr, change: Partial<Expr>): Expr => ({ ...expr, ...change }) as Expr;

describe('accepts', () => {
  const half = (phase: number, value: Expr = x): Kernel =>
    kernel(value, {
      name: `phase ${String(phase)}`,
      axes: [
        { id: 0, extent: 4 },
        { id: 1, extent: 3 },
      ],
      outputs: [{ buffer: 2, index: [a, axisIndex(1, 2, phase)], value }],
    });

  it.each<[string, KernelProgram]>([
    ['a copy', program(kernel(x))],
    ['a reduction', program(kernel(reduce('sum', [2, 3], load(0, 'f32', [r, addIndices(r, s)]))))],
    ['two phases', program(half(0), half(1))],
    ['a chain', program(kernel(x, {}, 1), kernel(load(1, 'f32', [a, b])))],
    ['an update in place', program(kernel(x), kernel(binary('add', x, load(4, 'f32', [a, b])), {}, 4))],
    [
      'an entry that is read before it is updated',
      program(kernel(load(4, 'f32', [constantIndex(0), b])), kernel(x, {}, 4)),
    ],
    [
      'a guarded load',
      program(kernel(guarded([{ index: shiftIndex(a, 1), lower: 0, upper: 4 }], outside, constant(0), new Map()))),
    ],
    [
      'loads in a guarded branch',
      program(kernel(guarded([{ index: shiftIndex(a, 1), lower: 0, upper: 4 }], unary('exp', outside), x, new Map()))),
    ],
    [
      'a position that is a multiple of a guarded one plus a rest',
      program(
        kernel(
          reduce(
            'sum',
            [3],
            guarded(
              [{ index: shiftIndex(a, -1), lower: 0, upper: 2 }],
              load(0, 'f32', [constantIndex(0), addIndices(scaleIndex(shiftIndex(a, -1), 2), s)]),
              constant(0),
              new Map(),
            ),
          ),
        ),
      ),
    ],
    [
      'a loaded position with a guard',
      program(
        kernel(
          guarded(
            [{ index: valueIndex(n), lower: 0, upper: 4 }],
            load(0, 'f32', [valueIndex(n), b]),
            constant(0),
            new Map(),
          ),
        ),
      ),
    ],
    [
      'a split axis',
      program(
        kernel(x, {
          axes: [
            { id: 0, extent: 4 },
            { id: 1, extent: 2 },
            { id: 7, extent: 3 },
          ],
          outputs: [
            {
              buffer: 2,
              index: [a, addIndices(scaleIndex(b, 3), axisIndex(7))],
              value: load(0, 'f32', [a, addIndices(scaleIndex(b, 3), axisIndex(7))]),
            },
          ],
        }),
      ),
    ],
    ['bytes and truth values', program(kernel(select(load(6, 'bool', [a]), x, cast(load(5, 'i32', [a]), 'f32'))))],
    ['a padded, transposed storage', withBuffer({ storage: { strides: [1, 8], offset: 2, size: 50 } })],
    ['a table of one number', withBuffer({ role: { kind: 'constant', data: [1] } })],
    [
      'nothing at all for an output without elements',
      { buffers: [buffer(0, [0, 3], { kind: 'output', names: ['y'] })], kernels: [] },
    ],
  ])('%s', (_, valid) => {
    expect(reasonsOf(valid)).toEqual([]);
  });
});

describe('refuses', () => {
  it.each<[string, KernelProgram, string]>([
    ['ids out of order', withBuffer({ id: 9 }), 'b1 has the id 9'],
    ['negative shapes', withBuffer({ shape: [-1, 6] }), 'b1 has the shape [-1, 6]'],
    [
      'tables of the wrong length',
      withBuffer({ role: { kind: 'constant', data: [1, 2] } }),
      'b1 has 2 numbers for 24 elements',
    ],
    ['missing strides', withBuffer({ storage: { strides: [1], offset: 0, size: 24 } }), 'b1 has 1 strides for 2 axes'],
    [
      'storage that is too small',
      withBuffer({ storage: { strides: [6, 1], offset: 1, size: 24 } }),
      'b1: its elements lie from 1 to 24 in a storage of 24',
    ],
    [
      'storage that overlaps',
      withBuffer({ storage: { strides: [5, 1], offset: 0, size: 24 } }),
      'b1: strides [5, 1] place two elements of [4, 6] in one',
    ],
    ['equal names', program(kernel(x), kernel(x, { name: 'k2' }, 1)), 'k2: another kernel has this name'],
    ['no name', program(kernel(x, { name: '' })), 'a kernel has no name'],
    ['no outputs', program(kernel(x), kernel(x, { name: 'idle', outputs: [] })), 'idle: it stores nothing'],
    ['an axis twice', program(kernel(x, { reductionAxes: [{ id: 1, extent: 2 }] })), 'k2: axis a1 is declared twice'],
    [
      'an axis without steps',
      program(kernel(x, { reductionAxes: [{ id: 5, extent: 0 }] })),
      'k2: axis a5 has the extent 0',
    ],
    ['an unknown axis', program(kernel(load(0, 'f32', [modulo(axisIndex(9), 2), b]))), 'k2: axis a9 is not declared'],
    [
      'a reduction axis outside its reduction',
      program(kernel(load(0, 'f32', [r, b]))),
      'k2: reduction axis a2 is used outside its reduction',
    ],
    [
      'a reduction in another',
      program(kernel(reduce('sum', [2], reduce('sum', [3], x)))),
      'k2: a reduction stands inside another',
    ],
    [
      'a reduction over an output axis',
      program(kernel(reduce('sum', [1], x))),
      'k2: sum over [a1] is not over distinct free reduction axes',
    ],
    ['an unknown buffer', program(kernel(load(9, 'f32', []))), 'k2: a load of b9: there is no such buffer'],
    ['missing indices', program(kernel(load(0, 'f32', [a]))), 'k2: a load of b0 of rank 2 has 1 indices'],
    ['positions outside', program(kernel(outside)), 'k2: a load of b0: a0 + 1 is from 1 to 4, and axis 0 has length 4'],
    [
      'positions outside in spite of a guard',
      program(
        kernel(
          guarded(
            [
              { index: shiftIndex(a, 1), lower: 0, upper: 5 },
              { index: b, lower: 1, upper: 6 },
            ],
            outside,
            constant(0),
            new Map(),
          ),
        ),
      ),
      'k2: a load of b0: a0 + 1 is from 1 to 4 where 0 <= a0 + 1 < 5 & 1 <= a1 < 6, and axis 0 has length 4',
    ],
    [
      'loaded positions without a guard',
      program(kernel(load(0, 'f32', [valueIndex(n), b]))),
      'k2: a load of b0: b3[a0] is from -Infinity to Infinity, and axis 0 has length 4',
    ],
    [
      'stores outside',
      program(kernel(x, { outputs: [{ buffer: 2, index: [a, shiftIndex(b, -1)], value: x }] })),
      'k2: the store to b2: a1 - 1 is from -1 to 4, and axis 1 has length 6',
    ],
    ['another type of load', program(kernel(load(5, 'f32', [a]))), 'k2: b5 of u8 is loaded as f32'],
    ['another type of store', program(kernel(n)), 'k2: a i32 is stored to b2 of f32'],
    [
      'a fill of another type',
      program(kernel(cast({ ...n, guards: [{ index: a, lower: 1, upper: 2 }], fill: 0.5 } as Expr, 'f32'))),
      'k2: the fill 0.5 is not a value of i32',
    ],
    ['numbers of another type', program(kernel(raw(constant(0.5, 'i32')))), 'k2: 0.5 is not a value of i32'],
    ['a word that is negative', program(kernel(raw(constant(-1, 'u32')))), 'k2: -1 is not a value of u32'],
    [
      'mixed operands',
      program(kernel(untyped(binary('add', x, x), { b: n }))),
      'k2: the element types of add(b0[a0, a1], b3[a0]) do not fit',
    ],
    [
      'an operation that a type does not have',
      program(kernel(cast(untyped(unary('abs', n), { op: 'exp' }), 'f32'))),
      'k2: the element types of exp(b3[a0]) do not fit',
    ],
    [
      'a shift by a variable',
      program(kernel(cast(binary('shr', cast(n, 'u32'), cast(n, 'u32')), 'f32'))),
      'k2: the element types of shr(u32(b3[a0]), u32(b3[a0])) do not fit',
    ],
    [
      'a condition that is a number',
      program(kernel(select(n, x, constant(1)))),
      'k2: the element types of select(b3[a0], b0[a0, a1], 1) do not fit',
    ],
    [
      'a sum of truth values',
      program(kernel(cast(reduce('sum', [2], load(6, 'bool', [a])), 'f32'))),
      'k2: the element types of sum{a2}(b6[a0]) do not fit',
    ],
    [
      'an index that is no integer',
      program(kernel(load(0, 'f32', [valueIndex(x), b]))),
      'k2: a f32 is used as an index',
    ],
    [
      'a fractional coefficient',
      program(kernel(load(0, 'f32', [scaleIndex(a, 0.5), b]))),
      'k2: 0.5*a0 has a coefficient that is no integer, or 0',
    ],
    [
      'a division by a negative number',
      program(
        kernel(load(0, 'f32', [{ offset: 0, terms: [{ coefficient: 1, atom: { kind: 'mod', of: a, by: -2 } }] }, b])),
      ),
      'k2: -2 is not a positive integer to divide by',
    ],
    ['a store to an input', program(kernel(x), kernel(constant(1), {}, 0)), 'k0: it stores to the input b0'],
    [
      'a store that is not affine',
      program(kernel(x, { outputs: [{ buffer: 2, index: [floorDivide(a, 2), b], value: x }] })),
      'k2: the store to b2 is not affine',
    ],
    [
      'elements that are stored twice',
      program(kernel(x, { outputs: [{ buffer: 2, index: [constantIndex(0), b], value: x }] })),
      'k2: the store to b2 visits an element more than once',
    ],
    [
      'elements that are not stored',
      program(
        kernel(load(0, 'f32', [a, constantIndex(0)]), {
          axes: [{ id: 0, extent: 4 }],
          outputs: [{ buffer: 2, index: [a, constantIndex(2)], value: constant(1) }],
        }),
      ),
      'b2: 4 of 24 elements are stored',
    ],
    ['an output that nothing stores', program(), 'b2: 0 of 24 elements are stored'],
    [
      'two kernels that store one element',
      program(
        ...['one', 'two'].map((name) =>
          kernel(constant(1), {
            name,
            axes: [
              { id: 0, extent: 2 },
              { id: 1, extent: 6 },
            ],
          }),
        ),
      ),
      'b2: an element is stored twice, and another never',
    ],
    [
      'a read of what the kernel writes',
      program(
        kernel(x, {}, 1),
        kernel(load(1, 'f32', [a, b])),
        kernel(binary('add', x, load(1, 'f32', [a, b])), { name: 'again' }, 1),
      ),
      'b1: 48 of 24 elements are stored',
    ],
    [
      'a temporary that reads itself',
      program(kernel(x), kernel(load(1, 'f32', [a, b]), {}, 1)),
      'k1: it reads b1, which it writes',
    ],
    [
      'an update that reads its neighbours',
      program(kernel(x), kernel(load(4, 'f32', [a, constantIndex(0)]), {}, 4)),
      'k4: it reads other elements of b4 than it writes',
    ],
    [
      'a new value read before all of it is stored',
      program(
        kernel(
          x,
          {
            name: 'first',
            axes: [
              { id: 0, extent: 4 },
              { id: 1, extent: 3 },
            ],
          },
          4,
        ),
        kernel(load(4, 'f32', [a, b])),
        kernel(
          x,
          {
            name: 'second',
            axes: [
              { id: 0, extent: 4 },
              { id: 1, extent: 3 },
            ],
            outputs: [{ buffer: 4, index: [a, shiftIndex(b, 3)], value: x }],
          },
          4,
        ),
      ),
      'k2: it reads b4 while its new value is being stored',
    ],
    [
      'a temporary read too early',
      program(kernel(load(1, 'f32', [a, b])), kernel(x, {}, 1)),
      'k2: it reads b1 before all of it is stored',
    ],
    [
      'a temporary that nothing stores',
      program(kernel(load(1, 'f32', [a, b]))),
      'k2: it reads b1, which nothing stores',
    ],
  ])('%s', (_, broken, reason) => {
    expect(reasonsOf(broken)).toContain(reason);
  });

  it('says everything at once', () => {
    const broken = program(kernel(binary('add', outside, load(0, 'f32', [r, b]))));
    expect(() => verifyProgram(broken)).toThrow(
      'verifyProgram: expected a valid kernel program, received 2 problems; k2: a load of b0: a0 + 1 is from 1 to 4, and axis 0 has length 4; ' +
        'k2: reduction axis a2 is used outside its reduction. [program.invalid]',
    );
  });
});
