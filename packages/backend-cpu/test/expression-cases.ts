// Every operation of kernel expressions against double precision, over ordinary and extreme values, on any target.

import { describe, expect, test } from 'vitest';

import type { BinaryOp, BufferDType, Expr, KernelDType, KernelProgram, UnaryOp } from '@netwright/compiler';

import { interpret } from './interpret.ts';
import {
  axes,
  axis,
  binary,
  buffer,
  cast,
  constant,
  index,
  kernel,
  load,
  reduce,
  select,
  unary,
} from './kernel-samples.ts';
import { randomValues, type LoadProgram } from './run-kernels.ts';

const specials = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  3.5,
  -2.5,
  1e-40,
  -1e-40,
  1.1754943508222875e-38,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  Infinity,
  -Infinity,
  NaN,
  88.5,
  88.9,
  -87,
  -100,
  -103.5,
  -110,
  1e-20,
  1e20,
  100,
  65536,
  16777217,
];
const ordinary = [...randomValues(199, 7)].map((x) => x * 10);
const wide = [...randomValues(500, 9)].map((x) => Math.fround(Math.sign(x) * 10 ** (x * 38)));
const floats = Float32Array.from([...specials, ...ordinary, ...wide]);

export function testExpressions(loadProgram: LoadProgram): void {
  function evaluate(
    dtype: BufferDType,
    loaded: KernelDType,
    values: readonly ArrayLike<number>[],
    stored: BufferDType,
    expr: (...operands: Expr[]) => Expr,
  ): { actual: Float64Array; expected: Float64Array } {
    const count = values[0]?.length ?? 0;
    const out = values.length;
    const operands = values.map((_, i) => load(i, [axis(0)], loaded));
    const program: KernelProgram = {
      buffers: [
        ...values.map((_, i) => buffer(i, [count], { kind: 'temporary' }, dtype)),
        buffer(out, [count], { kind: 'temporary' }, stored),
      ],
      kernels: [
        kernel('expression', axes(0, [count]), [], [{ buffer: out, index: [axis(0)], value: expr(...operands) }]),
      ],
    };
    const loadedProgram = loadProgram(program);
    values.forEach((value, i) => loadedProgram.write(i, value));
    loadedProgram.run();
    const contents = [...values.map((value) => Float64Array.from(value)), new Float64Array(count)];
    interpret(program, contents);
    return { actual: loadedProgram.read(out), expected: contents[out] ?? new Float64Array() };
  }

  /** Distance in units in the last place of float32; NaN equals NaN. */
  function ulps(actual: number, exact: number): number {
    const expected = Math.fround(exact);
    if (Object.is(actual, expected) || actual === expected || (Number.isNaN(actual) && Number.isNaN(expected)))
      return 0;
    const spacing = Math.max(
      2 ** -149,
      2 ** (Math.floor(Math.log2(Math.min(Math.abs(exact), 3.4028234663852886e38))) - 23),
    );
    return Math.abs(actual - exact) / spacing;
  }

  function worstUlps(
    actual: Float64Array,
    expected: Float64Array,
    xs: ArrayLike<number>,
  ): { worst: number; at: number } {
    let worst = 0;
    let at = NaN;
    actual.forEach((value, i) => {
      const distance = ulps(value, expected[i] ?? NaN);
      if (distance > worst || Number.isNaN(distance)) {
        worst = Number.isNaN(distance) ? Infinity : distance;
        at = xs[i] ?? NaN;
      }
    });
    return { worst, at };
  }

  describe('unary f32', () => {
    const limits: Readonly<Record<Exclude<UnaryOp, 'not'>, number>> = {
      neg: 0,
      abs: 0,
      sign: 0,
      floor: 0,
      sqrt: 0.5,
      exp: 2,
      log: 2,
      sin: 0.5001,
      cos: 0.5001,
    };
    test.each(Object.entries(limits) as [Exclude<UnaryOp, 'not'>, number][])('%s', (op, limit) => {
      const { actual, expected } = evaluate('f32', 'f32', [floats], 'f32', (x) => unary(op, x));
      const { worst, at } = worstUlps(actual, expected, floats);
      expect(worst, `${op}(${at})`).toBeLessThanOrEqual(limit);
    });

    test('exp and log over a dense sweep', () => {
      const xs = Float32Array.from({ length: 40_000 }, (_, i) => -104 + (i * 193) / 40_000);
      const exp = evaluate('f32', 'f32', [xs], 'f32', (x) => unary('exp', x));
      expect(worstUlps(exp.actual, exp.expected, xs).worst).toBeLessThanOrEqual(2);
      const positive = Float32Array.from({ length: 40_000 }, (_, i) => 2 ** (-148 + (i * 276) / 40_000));
      const log = evaluate('f32', 'f32', [positive], 'f32', (x) => unary('log', x));
      expect(worstUlps(log.actual, log.expected, positive).worst).toBeLessThanOrEqual(2);
      const nearOne = Float32Array.from({ length: 4_000 }, (_, i) => 0.98 + i * 1e-5);
      const close = evaluate('f32', 'f32', [nearOne], 'f32', (x) => unary('log', x));
      expect(worstUlps(close.actual, close.expected, nearOne).worst).toBeLessThanOrEqual(2);
    });
  });

  describe('binary f32', () => {
    const pairs = { a: [] as number[], b: [] as number[] };
    for (const a of specials) {
      for (const b of specials) {
        pairs.a.push(Math.fround(a));
        pairs.b.push(Math.fround(b));
      }
    }
    for (let i = 0; i < 600; i += 1) {
      pairs.a.push(floats[(i * 7) % floats.length] ?? 0);
      pairs.b.push(floats[(i * 13) % floats.length] ?? 0);
    }
    test.each(['add', 'sub', 'mul', 'div', 'min', 'max'] satisfies BinaryOp[])('%s', (op) => {
      const { actual, expected } = evaluate('f32', 'f32', [pairs.a, pairs.b], 'f32', (a, b) => binary(op, a, b));
      expect(worstUlps(actual, expected, pairs.a).worst).toBeLessThanOrEqual(0.5);
    });
    test('pow', () => {
      const { actual, expected } = evaluate('f32', 'f32', [pairs.a, pairs.b], 'f32', (a, b) => binary('pow', a, b));
      expect(worstUlps(actual, expected, pairs.a).worst).toBeLessThanOrEqual(0.5001);
    });
    test.each(['min', 'max'] satisfies BinaryOp[])('%s with a constant on either side keeps NaN', (op) => {
      const right = evaluate('f32', 'f32', [floats], 'f32', (x) => binary(op, x, constant(0.25)));
      const left = evaluate('f32', 'f32', [floats], 'f32', (x) => binary(op, constant(0.25), x));
      expect(right.actual).toEqual(right.expected);
      expect(left.actual).toEqual(left.expected);
    });
    test.each(['eq', 'lt', 'le'] satisfies BinaryOp[])('%s, stored as bytes and selected by', (op) => {
      const stored = evaluate('f32', 'f32', [pairs.a, pairs.b], 'bool', (a, b) => binary(op, a, b));
      expect(stored.actual).toEqual(stored.expected);
      const chosen = evaluate('f32', 'f32', [pairs.a, pairs.b], 'f32', (a, b) =>
        select(binary(op, a, b), constant(3), constant(-4)),
      );
      expect(chosen.actual).toEqual(chosen.expected);
      const combined = evaluate('f32', 'f32', [pairs.a, pairs.b], 'bool', (a, b) =>
        binary('or', binary('and', binary(op, a, b), binary('lt', a, constant(1))), unary('not', binary('le', b, a))),
      );
      expect(combined.actual).toEqual(combined.expected);
    });
  });

  describe('integers', () => {
    const integers = [
      0,
      1,
      -1,
      7,
      -7,
      2 ** 31 - 1,
      -(2 ** 31),
      65535,
      -65536,
      ...[...randomValues(93, 3)].map((x) => Math.floor(x * 2 ** 31)),
    ];
    const others = integers.map((_, i) => integers[(i * 37 + 11) % integers.length] ?? 0);
    test.each(['add', 'sub', 'mul', 'min', 'max'] satisfies BinaryOp[])('i32 %s', (op) => {
      const { actual, expected } = evaluate('i32', 'i32', [integers, others], 'i32', (a, b) => binary(op, a, b));
      expect(actual).toEqual(expected);
    });
    test.each(['add', 'mul', 'xor'] satisfies BinaryOp[])('u32 %s wraps', (op) => {
      const { actual, expected } = evaluate('i32', 'i32', [integers, others], 'i32', (a, b) =>
        cast('i32', binary(op, cast('u32', a), cast('u32', b))),
      );
      expect(actual).toEqual(expected);
    });
    test('u32 shr is logical, and u32 becomes f32', () => {
      const { actual, expected } = evaluate('i32', 'i32', [integers], 'f32', (a) =>
        cast('f32', binary('shr', cast('u32', a), constant(8, 'u32'))),
      );
      expect(actual).toEqual(expected);
    });
    test.each(['eq', 'lt', 'le'] satisfies BinaryOp[])('i32 and u32 %s', (op) => {
      for (const dtype of ['i32', 'u32'] as const) {
        const { actual, expected } = evaluate('i32', 'i32', [integers, others], 'bool', (a, b) =>
          binary(op, cast(dtype, a), cast(dtype, b)),
        );
        expect(actual).toEqual(expected);
      }
    });
    test.each(['neg', 'abs', 'sign'] satisfies UnaryOp[])('i32 %s', (op) => {
      const { actual, expected } = evaluate('i32', 'i32', [integers.filter((x) => x !== -(2 ** 31))], 'i32', (x) =>
        unary(op, x),
      );
      expect(actual.map((x) => x + 0)).toEqual(expected.map((x) => x + 0));
    });
    test('f32 becomes i32 toward zero, i32 becomes f32', () => {
      const reals = Float32Array.from([0, -0, 0.9, -0.9, 1.5, -1.5, 2e9, -2e9, 123456.7]);
      const truncated = evaluate('f32', 'f32', [reals], 'i32', (x) => cast('i32', x));
      expect(truncated.actual).toEqual(truncated.expected.map((x) => x + 0));
      const widened = evaluate('i32', 'i32', [integers], 'f32', (x) => cast('f32', x));
      expect(widened.actual).toEqual(widened.expected.map(Math.fround));
    });
    test('bytes load as i32 and as masks', () => {
      const bytes = Array.from({ length: 259 }, (_, i) => i % 256);
      const doubled = evaluate('u8', 'i32', [bytes], 'f32', (x) => cast('f32', binary('mul', x, constant(3, 'i32'))));
      expect(doubled.actual).toEqual(doubled.expected);
      const bits = bytes.map((x) => x % 2);
      const masked = evaluate('bool', 'bool', [bits], 'f32', (x) => select(x, constant(1.5), constant(2.5)));
      expect(masked.actual).toEqual(masked.expected);
      const kept = evaluate('bool', 'bool', [bits], 'u8', (x) => cast('i32', x));
      expect(kept.actual).toEqual(kept.expected);
    });
  });

  describe('indices and guards', () => {
    const source = randomValues(60, 5);
    const over = (value: Expr, extent: number): void => {
      const program: KernelProgram = {
        buffers: [buffer(0, [60]), buffer(1, [extent])],
        kernels: [kernel('indices', axes(0, [extent]), [], [{ buffer: 1, index: [axis(0)], value }])],
      };
      const loaded = loadProgram(program);
      loaded.write(0, source);
      loaded.run();
      const contents = [Float64Array.from(source), new Float64Array(extent)];
      interpret(program, contents);
      expect(loaded.read(1)).toEqual(contents[1]);
    };
    test('padding along the lanes', () => {
      const at = index(-5, [1, 0]);
      over(load(0, [at], 'f32', [{ index: at, lower: 0, upper: 60 }], 0.5), 71);
    });
    test('strided, reversed, repeated', () => {
      over(load(0, [index(0, [2, 0])]), 29);
      over(load(0, [index(59, [-1, 0])]), 60);
      over(load(0, [index(0, [1, { kind: 'floorDiv', of: axis(0), by: 3 }])]), 179);
      over(load(0, [index(0, [1, { kind: 'mod', of: index(-7, [1, 0]), by: 13 }])]), 101);
      over(load(0, [index(0, [1, { kind: 'mod', of: index(-7, [3, 0]), by: 8 }])]), 101);
      over(load(0, [index(2, [1, { kind: 'floorDiv', of: index(-7, [1, 0]), by: 4 }])]), 50);
    });
    test('concatenation along the lanes', () => {
      const second = index(-21, [1, 0]);
      over(
        {
          kind: 'guarded',
          dtype: 'f32',
          guards: [{ index: axis(0), lower: 0, upper: 21 }],
          a: unary('neg', load(0, [axis(0)])),
          b: load(0, [second]),
        },
        43,
      );
    });
    test('index values', () => {
      over(cast('f32', { kind: 'index', dtype: 'i32', index: index(-3, [5, 0]) }), 17);
      over(
        cast('f32', { kind: 'index', dtype: 'i32', index: index(1, [2, { kind: 'floorDiv', of: axis(0), by: 3 }]) }),
        17,
      );
    });
  });

  describe('reductions', () => {
    const cases = [
      [1, 1],
      [3, 5],
      [4, 16],
      [7, 33],
      [33, 7],
      [2, 1000],
    ] as const;
    const ops = ['sum', 'max', 'argmax'] as const;
    test.each(ops.flatMap((op) => cases.map(([rows, columns]) => [op, rows, columns] as const)))(
      '%s of %i x %i along both dimensions',
      (op, rows, columns) => {
        // Adding zero makes zeros positive: which of two zeros a maximum is, is open.
        const values = Float32Array.from(randomValues(rows * columns, 11), (x) => Math.round(x * 8) + 0);
        for (const along of [0, 1]) {
          const kept = along === 0 ? columns : rows;
          const at = along === 0 ? [axis(1), axis(0)] : [axis(0), axis(1)];
          const program: KernelProgram = {
            buffers: [
              buffer(0, [rows, columns]),
              buffer(1, [kept], { kind: 'temporary' }, op === 'argmax' ? 'i32' : 'f32'),
            ],
            kernels: [
              kernel(op, axes(0, [kept]), axes(1, [along === 0 ? rows : columns]), [
                { buffer: 1, index: [axis(0)], value: reduce(op, [1], load(0, at)) },
              ]),
            ],
          };
          const loaded = loadProgram(program);
          loaded.write(0, values);
          loaded.run();
          const contents = [Float64Array.from(values), new Float64Array(kept)];
          interpret(program, contents);
          expect(loaded.read(1)).toEqual(contents[1]);
        }
      },
    );
    test.each(['outer', 'inner'] as const)(
      'the first of equal maxima where the %s axis of a window is the farther one',
      (farther) => {
        const [outer, inner, kept] = [3, 5, 37];
        const shape = farther === 'outer' ? [outer, inner, kept] : [inner, outer, kept];
        const at = farther === 'outer' ? [axis(1), axis(2), axis(0)] : [axis(2), axis(1), axis(0)];
        const values = Float32Array.from(randomValues(outer * inner * kept, 12), (x, i) => {
          if (i % kept === 3) return -Infinity;
          return (i * 7) % 13 === 0 && i % kept < 20 ? NaN : Math.round(x * 2);
        });
        const program: KernelProgram = {
          buffers: [buffer(0, shape), buffer(1, [kept], { kind: 'temporary' }, 'i32')],
          kernels: [
            kernel('argmax', axes(0, [kept]), axes(1, [outer, inner]), [
              { buffer: 1, index: [axis(0)], value: reduce('argmax', [1, 2], load(0, at)) },
            ]),
          ],
        };
        const loaded = loadProgram(program);
        loaded.write(0, values);
        loaded.run();
        const expected = Int32Array.from({ length: kept }, (_, k) => {
          const column = Array.from({ length: outer * inner }, (__, i) => {
            const [a, b] = [Math.floor(i / inner), i % inner];
            return values[(farther === 'outer' ? a * inner + b : b * outer + a) * kept + k] ?? NaN;
          });
          const nan = column.findIndex((value) => Number.isNaN(value));
          return nan >= 0 ? nan : column.indexOf(Math.max(...column));
        });
        expect(Int32Array.from(loaded.read(1))).toEqual(expected);
      },
    );
    test('NaN wins a maximum and its position, wherever it is', () => {
      for (const position of [0, 5, 18]) {
        const values = Float32Array.from(randomValues(19, 2));
        values[position] = NaN;
        for (const op of ['max', 'argmax'] as const) {
          const program: KernelProgram = {
            buffers: [buffer(0, [19]), buffer(1, [1], { kind: 'temporary' }, op === 'argmax' ? 'i32' : 'f32')],
            kernels: [
              kernel(op, [], axes(1, [19]), [
                { buffer: 1, index: [index(0)], value: reduce(op, [1], load(0, [axis(1)])) },
              ]),
            ],
          };
          const loaded = loadProgram(program);
          loaded.write(0, values);
          loaded.run();
          expect(loaded.read(1)[0]).toEqual(op === 'max' ? NaN : position);
        }
      }
    });
  });
}
