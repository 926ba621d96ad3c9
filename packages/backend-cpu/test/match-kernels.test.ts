// Kernels that differ only in their buffers, found without lowering them: the texts of the lowered kernels say the same.

import { describe, expect, test } from 'vitest';

import type { BufferDecl, Expr, Index, Kernel } from '@netwright/compiler';

import { prepareKernels } from '../src/generate/kernel-module.ts';
import { lowerKernel } from '../src/generate/lower-kernel.ts';
import { matchKernels, matchKey } from '../src/generate/match-kernels.ts';
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

const rows = 6;
const columns = 8;
const at = [axis(0), axis(1)];

/** Twice the buffers 0 to 3, then ones of other forms. */
const buffers: readonly BufferDecl[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((id) => buffer(id, [rows, columns], undefined, id % 4 === 3 ? 'i32' : 'f32')),
  buffer(8, [rows, columns], undefined, 'u8'),
  { ...buffer(9, [rows, columns]), storage: { strides: [16, 1], offset: 0, size: 96 } },
  { ...buffer(10, [rows, columns]), storage: { strides: [8, 1], offset: 4, size: 52 } },
];

interface Parts {
  readonly a?: number;
  readonly b?: number;
  readonly out?: number;
  readonly indices?: number;
  readonly place?: readonly Index[];
  readonly factor?: number;
  readonly fill?: number;
  readonly upper?: number;
  readonly by?: number;
  readonly less?: 'lt' | 'le';
  readonly extent?: number;
  readonly storeAt?: readonly Index[];
}

/** Something of everything that an expression may hold. */
function sample({
  a = 0,
  b = 1,
  out = 2,
  indices = 3,
  place = at,
  factor = 3,
  fill = 0,
  upper = 5,
  by = 2,
  less = 'lt',
  extent = columns,
  storeAt = at,
}: Parts = {}): Kernel {
  const guards = [{ index: index(-1, [1, 0]), lower: 0, upper }];
  const row = index(0, [1, { kind: 'floorDiv', of: axis(1), by }]);
  const gathered = index(0, [1, { kind: 'value', expr: load(indices, at, 'i32') }]);
  const sum = reduce('sum', [2], binary('mul', load(a, [axis(0), axis(2)]), load(b, [row, axis(2)])));
  const value: Expr = select(
    binary(less, load(a, place, 'f32', guards, fill), constant(factor)),
    binary('add', sum, unary('neg', load(b, [gathered, axis(1)]))),
    {
      kind: 'guarded',
      dtype: 'f32',
      guards,
      a: cast('f32', { kind: 'index', dtype: 'i32', index: axis(0) }),
      b: load(b, at),
    },
  );
  return kernel('sample', axes(0, [rows, extent]), axes(2, [columns]), [{ buffer: out, index: storeAt, value }]);
}

const signatureOf = (one: Kernel): string => lowerKernel(one, buffers).signature;

describe('a kernel', () => {
  test('matches one with other buffers of the same form, which it names', () => {
    const other = sample({ a: 4, b: 5, out: 6, indices: 7 });
    expect(matchKey(other)).toBe(matchKey(sample()));
    expect(matchKernels(sample(), other, buffers)).toEqual(
      new Map([
        [2, 6],
        [0, 4],
        [1, 5],
        [3, 7],
      ]),
    );
    expect(signatureOf(other)).toBe(signatureOf(sample()));
  });

  test.each<[string, Parts]>([
    ['two operands are one', { b: 0 }],
    ['an operand is the result', { a: 2 }],
    ['an operand has other strides', { a: 9 }],
    ['an operand begins elsewhere', { a: 10 }],
    ['the result is of another type', { out: 8 }],
    ['the result is stored elsewhere', { storeAt: [axis(1), axis(0)] }],
    ['an element is read elsewhere', { place: [axis(0), index(1, [1, 1])] }],
    ['an index has another factor', { place: [axis(0), index(0, [2, 1])] }],
    [
      'an index has a remainder for a quotient',
      { place: [axis(0), index(0, [1, { kind: 'mod', of: axis(1), by: 2 }])] },
    ],
    ['a quotient is by another number', { by: 4 }],
    ['a constant differs', { factor: 4 }],
    ['zeros differ in sign', { fill: -0 }],
    ['a guard ends elsewhere', { upper: 4 }],
    ['an operation differs', { less: 'le' }],
    ['an axis has another extent', { extent: 4 }],
  ])('does not match one of which %s', (_, parts) => {
    const other = sample(parts);
    expect(matchKernels(sample(), other, buffers)).toBeUndefined();
    expect(matchKernels(other, sample(), buffers)).toBeUndefined();
    if (parts.fill === undefined) expect(signatureOf(other)).not.toBe(signatureOf(sample()));
  });
});

test('kernels of a program that match are planned once, each with its own name and buffers', () => {
  const kernels = [sample(), sample({ factor: 4 }), sample({ a: 4, b: 5, out: 6, indices: 7 })].map((one, k) => ({
    ...one,
    name: `sample${String(k)}`,
  }));
  const [first, other, same] = prepareKernels({ buffers, kernels });
  expect(other?.plan).not.toBe(first?.plan);
  expect(same?.plan).toBe(first?.plan);
  expect(same?.signature).toBe(first?.signature);
  expect(same?.lowered.name).toBe('sample2');
  expect(first?.lowered.buffers).toEqual(lowerKernel(sample(), buffers).lowered.buffers);
  expect(same?.lowered.buffers).toEqual([6, 4, 5, 7]);
});
