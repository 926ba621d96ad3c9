import { describe, expect, it } from 'vitest';
import type { BinaryOp, Expr, UnaryOp } from '../src/index.ts';
import { runKernel } from '../src/interpreter/index.ts';
import {
  applyBinary,
  applyUnary,
  axisIndex,
  binary,
  cast,
  constant,
  constantIndex,
  convert,
  exprKey,
  guarded,
  indexValue,
  load,
  loadsOf,
  modulo,
  nodesOf,
  printExpr,
  reduce,
  reducesOf,
  rewrite,
  rowMajorStorage,
  select,
  shiftIndex,
  unary,
  valueIndex,
} from '../src/kernels/index.ts';
import { erfExpression, tanhExpression } from '../src/lowering/special-functions.ts';

const extents = new Map([
  [0, 8],
  [1, 5],
]);
const x = load(0, 'f32', [axisIndex(0)]);
const n = load(1, 'i32', [axisIndex(0)]);
const p = load(2, 'bool', [axisIndex(0)]);
const number = (value: number): Expr => constant(value, 'f32');
const word = (value: number): Expr => constant(value, 'u32');
const whole = (value: number): Expr => constant(value, 'i32');

describe('constructors', () => {
  it.each<[string, Expr, string]>([
    ['fold u32', binary('mul', word(0x7feb352d), word(0x846ca68b)), String((0x7feb352dn * 0x846ca68bn) % 2n ** 32n)],
    ['fold i32', binary('add', whole(2 ** 31 - 1), whole(1)), String(-(2 ** 31))],
    ['fold comparisons', binary('lt', number(0.5), number(2)), '1'],
    ['fold what is exact in single precision', binary('add', number(0.5), number(0.25)), '0.75'],
    ['keep what is not', binary('add', number(0.1), number(0.25)), 'add(0.1, 0.25)'],
    ['keep results that are not', binary('div', number(1), number(3)), 'div(1, 3)'],
    ['fold unary operations', unary('neg', number(2)), '-2'],
    ['keep unary operations that round', unary('exp', number(1)), 'exp(1)'],
    ['drop a factor of one', binary('mul', number(1), x), 'b0[a0]'],
    ['keep a factor of zero, for NaN', binary('mul', x, number(0)), 'mul(b0[a0], 0)'],
    ['keep a sum with zero, for -0', binary('add', x, number(0)), 'add(b0[a0], 0)'],
    ['drop -0 from a sum', binary('add', number(-0), x), 'b0[a0]'],
    ['drop zero from a difference', binary('sub', x, number(0)), 'b0[a0]'],
    ['keep a negation', binary('sub', number(0), x), 'sub(0, b0[a0])'],
    ['drop zero from an integer sum', binary('add', n, whole(0)), 'b1[a0]'],
    ['drop a division by one', binary('div', x, number(1)), 'b0[a0]'],
    ['drop -Infinity from a maximum', binary('max', number(-Infinity), x), 'b0[a0]'],
    ['drop Infinity from a minimum', binary('min', x, number(Infinity)), 'b0[a0]'],
    ['decide and', binary('and', p, constant(0, 'bool')), '0'],
    ['decide or', binary('or', constant(1, 'bool'), p), '1'],
    ['drop a false from or', binary('or', p, constant(0, 'bool')), 'b2[a0]'],
    ['drop two negations', unary('neg', unary('neg', x)), 'b0[a0]'],
    ['drop two nots', unary('not', unary('not', p)), 'b2[a0]'],
    ['choose by a constant', select(constant(0, 'bool'), x, number(2)), '2'],
    ['choose between equals', select(p, x, x), 'b0[a0]'],
    ['turn a not around', select(unary('not', p), x, number(2)), 'select(b2[a0], 2, b0[a0])'],
    ['drop a cast to the same type', cast(x, 'f32'), 'b0[a0]'],
    ['fold casts', cast(whole(-1), 'u32'), '4294967295'],
    ['keep casts that round', cast(whole(16777217), 'f32'), 'f32(16777217)'],
    ['read a constant index', indexValue(constantIndex(3)), '3'],
    ['read a loaded index', indexValue(valueIndex(n)), 'b1[a0]'],
  ])('%s', (_, expr, text) => {
    expect(printExpr(expr)).toBe(text);
  });

  it.each<[string, Expr, string]>([
    ['that always holds', guarded([{ index: axisIndex(0), lower: 0, upper: 8 }], x, number(1), extents), 'b0[a0]'],
    ['that never holds', guarded([{ index: axisIndex(0), lower: 8, upper: 9 }], x, number(1), extents), '1'],
    [
      'of a load beside a constant',
      guarded([{ index: axisIndex(0), lower: 1, upper: 9 }], x, number(1), extents),
      '(b0[a0] if 1 <= a0 < 9 else 1)',
    ],
    [
      'of a guarded load with the same fill',
      guarded(
        [{ index: axisIndex(1), lower: 1, upper: 9 }],
        guarded([{ index: axisIndex(0), lower: 1, upper: 9 }], x, number(1), extents),
        number(1),
        extents,
      ),
      '(b0[a0] if 1 <= a0 < 9 & 1 <= a1 < 9 else 1)',
    ],
    [
      'of a guarded load with another fill',
      guarded(
        [{ index: axisIndex(1), lower: 1, upper: 9 }],
        guarded([{ index: axisIndex(0), lower: 1, upper: 9 }], x, number(1), extents),
        number(2),
        extents,
      ),
      '((b0[a0] if 1 <= a0 < 9 else 1) if 1 <= a1 < 9 else 2)',
    ],
    ['of equal branches', guarded([{ index: axisIndex(0), lower: 1, upper: 9 }], number(1), number(1), extents), '1'],
    [
      'of an operation',
      guarded([{ index: axisIndex(0), lower: 1, upper: 9 }], unary('exp', x), x, extents),
      '(exp(b0[a0]) if 1 <= a0 < 9 else b0[a0])',
    ],
  ])('a guard %s', (_, expr, text) => {
    expect(printExpr(expr)).toBe(text);
  });
});

describe('rewriting', () => {
  const shifted = guarded([{ index: shiftIndex(axisIndex(0), -1), lower: 0, upper: 8 }], x, number(0), extents);
  const shared = unary('exp', shifted);
  const value = binary('add', shared, binary('mul', shared, reduce('sum', [1], load(0, 'f32', [axisIndex(1)]))));

  it('substitutes axes in positions, guards and loaded positions', () => {
    const axes = new Map([[0, constantIndex(0)]]);
    const gathered = load(3, 'f32', [valueIndex(n), modulo(axisIndex(0), 3)]);
    expect(printExpr(rewrite(gathered, { axes, extents }))).toBe('b3[b1[0], 0]');
    expect(printExpr(rewrite(shifted, { axes, extents }))).toBe('0');
    expect(printExpr(rewrite(shifted, { axes: new Map([[0, constantIndex(2)]]), extents }))).toBe('b0[2]');
  });

  it('keeps what does not change, and what is shared', () => {
    expect(rewrite(value, { axes: new Map(), extents })).toBe(value);
    const moved = rewrite(value, { axes: new Map([[0, axisIndex(2)]]), extents: new Map([[2, 9]]) });
    expect(nodesOf(moved).size).toBe(nodesOf(value).size);
    expect(reducesOf(moved)).toEqual(reducesOf(value));
  });

  it('replaces nodes before it looks inside', () => {
    const replace = (expr: Expr): Expr | undefined => (expr === shared ? number(2) : undefined);
    expect(printExpr(rewrite(value, { axes: new Map(), extents, replace }))).toBe('add(2, mul(2, sum{a1}(b0[a1])))');
  });

  it('folds what becomes constant', () => {
    const replace = (expr: Expr): Expr | undefined => (expr.kind === 'load' ? number(1) : undefined);
    const condition = select(binary('lt', x, number(3)), binary('mul', x, x), unary('log', x));
    expect(printExpr(rewrite(condition, { axes: new Map(), extents, replace }))).toBe('1');
  });

  it('finds loads in positions and guards', () => {
    const gathered = load(3, 'f32', [valueIndex(n)]);
    const checked = guarded(
      [{ index: valueIndex(load(4, 'i32', [])), lower: 0, upper: 2 }],
      gathered,
      number(0),
      extents,
    );
    expect(
      loadsOf(binary('add', x, checked))
        .map(({ buffer }) => buffer)
        .sort(),
    ).toEqual([0, 1, 3, 4]);
  });

  it('has equal keys for equal expressions only', () => {
    const copy = rewrite(value, { axes: new Map([[0, axisIndex(7)]]), extents: new Map([[7, 8]]) });
    const back = rewrite(copy, { axes: new Map([[7, axisIndex(0)]]), extents });
    expect(back).not.toBe(value);
    expect(exprKey(back)).toBe(exprKey(value));
    const others = [
      copy,
      shared,
      shifted,
      x,
      number(0),
      number(-0),
      whole(0),
      cast(x, 'i32'),
      unary('sign', x),
      select(p, x, number(0)),
      indexValue(axisIndex(0)),
    ];
    expect(new Set([value, ...others].map(exprKey)).size).toBe(others.length + 1);
  });
});

describe('arithmetic', () => {
  const cases: readonly [BinaryOp, 'f32' | 'i32' | 'u32', number, number, number][] = [
    ['sub', 'u32', 1, 2, 2 ** 32 - 1],
    ['mul', 'i32', 65536, 65536, 0],
    ['mul', 'u32', 0xffffffff, 0xffffffff, 1],
    ['xor', 'u32', 0x80000000, 1, 0x80000001],
    ['shr', 'u32', 0x80000000, 31, 1],
    ['pow', 'f32', 1, NaN, 1],
    ['pow', 'f32', -1, Infinity, 1],
    ['pow', 'f32', -8, 3, -512],
    ['max', 'f32', NaN, 1, NaN],
    ['le', 'f32', NaN, NaN, 0],
    ['eq', 'f32', -0, 0, 1],
  ];

  it.each(cases)('%s of %s: %d, %d -> %d', (op, dtype, a, b, result) => {
    expect(applyBinary(op, dtype, a, b)).toBe(result);
  });

  it('wraps integers and keeps NaN', () => {
    expect(applyUnary('neg', 'i32', -(2 ** 31))).toBe(-(2 ** 31));
    expect(applyUnary('neg', 'i32', 0)).toBe(0);
    const all: readonly UnaryOp[] = ['neg', 'abs', 'sign', 'floor', 'sqrt', 'exp', 'log', 'sin', 'cos'];
    expect(all.map((op) => applyUnary(op, 'f32', NaN))).toEqual(all.map(() => NaN));
  });

  it('limits and truncates floats, keeps the bits of integers', () => {
    expect([3e9, -3e9, 2.9, -2.9, NaN].map((value) => convert(value, 'f32', 'i32'))).toEqual([
      2 ** 31 - 1,
      -(2 ** 31),
      2,
      -2,
      0,
    ]);
    expect([5e9, -1, 2.9].map((value) => convert(value, 'f32', 'u32'))).toEqual([2 ** 32 - 1, 0, 2]);
    expect([convert(-1, 'i32', 'u32'), convert(2 ** 32 - 1, 'u32', 'i32'), convert(NaN, 'f32', 'bool')]).toEqual([
      2 ** 32 - 1,
      -1,
      1,
    ]);
  });
});

describe('special functions', () => {
  const positive = Array.from({ length: 4000 }, (_, at) => Math.fround(10 ** (-8 + at / 400)));
  const arguments_ = Float64Array.from([
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
    ...positive,
    ...positive.map((value) => -value),
  ]);

  /** `f` of every argument, by a kernel. */
  function values(f: (x: Expr) => Expr, precision: 'f32' | 'f64'): Float64Array {
    const shape = [arguments_.length];
    const memory = [arguments_, new Float64Array(arguments_.length)];
    const buffers = [0, 1].map((id) => ({
      id,
      dtype: 'f32' as const,
      shape,
      role: { kind: 'temporary' as const },
      storage: rowMajorStorage(shape),
    }));
    const outputs = [{ buffer: 1, index: [axisIndex(0)], value: f(x) }];
    runKernel({
      kernel: { name: 'f', sources: [], axes: [{ id: 0, extent: shape[0] }], reductionAxes: [], outputs },
      buffers,
      memory,
      precision,
    });
    return memory[1];
  }

  it.each([
    ['f64', 2e-9],
    ['f32', 4e-7],
  ] as const)('tanh in %s has a relative error below %d', (precision, limit) => {
    const result = values(tanhExpression, precision);
    arguments_.forEach((value, at) => {
      const expected = Math.tanh(value);
      if (Number.isNaN(expected) || expected === 0) expect(result[at]).toBe(expected);
      else expect(Math.abs(result[at] / expected - 1), String(value)).toBeLessThan(limit);
    });
  });

  it.each([
    ['f64', 2e-9],
    ['f32', 2e-7],
  ] as const)('erf in %s has an error below %d', (precision, limit) => {
    const result = values(erfExpression, precision);
    arguments_.forEach((value, at) => {
      if (Number.isNaN(value) || value === 0) expect(result[at]).toBe(value);
      else if (Math.abs(value) < 0.01)
        expect(Math.abs(result[at] / erfNearZero(value) - 1), String(value)).toBeLessThan(limit);
      else expect(Math.abs(result[at] - erf(value)), String(value)).toBeLessThan(limit);
    });
  });

  /** Two terms of its series. */
  function erfNearZero(value: number): number {
    return (2 / Math.sqrt(Math.PI)) * (value - value ** 3 / 3 + value ** 5 / 10);
  }

  /** The integral of its derivative, by Simpson's rule. */
  function erf(value: number): number {
    const end = Math.min(Math.abs(value), 7);
    const steps = 2 * Math.ceil(200 * end + 10);
    let sum = 0;
    for (let at = 0; at <= steps; at++) {
      const weight = at === 0 || at === steps ? 1 : at % 2 === 1 ? 4 : 2;
      sum += weight * Math.exp(-(((at / steps) * end) ** 2));
    }
    return (Math.sign(value) * 2 * sum * end) / (3 * steps * Math.sqrt(Math.PI));
  }
});
