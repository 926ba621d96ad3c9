import { describe, expect, it } from 'vitest';
import type { Guard, Index } from '../src/index.ts';
import {
  addIndices,
  axisIndex,
  coefficientOf,
  constant,
  constantIndex,
  equalIndices,
  flatten,
  floorDivide,
  indexValue,
  isAffine,
  load,
  modulo,
  printGuards,
  printIndex,
  pureAxis,
  rangeOf,
  rewriteIndex,
  scaleIndex,
  shiftIndex,
  simplifyGuards,
  subtractIndices,
  unflatten,
  valueIndex,
  zeroIndex,
  type Extents,
} from '../src/kernels/index.ts';
import { evaluateIndex, pointsOf } from './evaluate-index.ts';
import { uniformSource } from './sample-programs.ts';

type At = readonly number[];

/** An index, and what it is meant to be. */
interface Drawn {
  readonly index: Index;
  readonly value: (at: At) => number;
}

const EXTENTS = [3, 4, 2, 5];
const extents: Extents = new Map(EXTENTS.map((extent, axis) => [axis, extent]));
const points = pointsOf(EXTENTS);

function draw(next: (limit: number) => number, depth: number): Drawn {
  const kind = depth === 0 ? next(2) : next(7);
  if (kind === 0) {
    const axis = next(EXTENTS.length);
    return { index: axisIndex(axis), value: (at) => at[axis] };
  }
  if (kind === 1) {
    const offset = next(13) - 6;
    return { index: constantIndex(offset), value: () => offset };
  }
  const a = draw(next, depth - 1);
  const by = next(9) + 1;
  switch (kind) {
    case 2: {
      const factor = next(13) - 6;
      return { index: scaleIndex(a.index, factor), value: (at) => a.value(at) * factor };
    }
    case 3:
      return { index: floorDivide(a.index, by, extents), value: (at) => Math.floor(a.value(at) / by) };
    case 4:
      return { index: modulo(a.index, by, extents), value: (at) => a.value(at) - Math.floor(a.value(at) / by) * by };
    case 5:
      return { index: shiftIndex(a.index, -by), value: (at) => a.value(at) - by };
    default: {
      const b = draw(next, depth - 1);
      return { index: addIndices(a.index, b.index), value: (at) => a.value(at) + b.value(at) };
    }
  }
}

function isCanonical({ terms }: Index): boolean {
  const inner = terms.every(({ atom }) => atom.kind === 'axis' || atom.kind === 'value' || isCanonical(atom.of));
  return inner && terms.every(({ coefficient }) => coefficient !== 0);
}

describe('random indices', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('seed %i: keep their values, ranges and form', (seed) => {
    const uniform = uniformSource(seed);
    const next = (limit: number): number => Math.floor(uniform() * limit);
    for (let count = 0; count < 25; count++) {
      const { index, value } = draw(next, 5);
      expect(isCanonical(index), printIndex(index)).toBe(true);
      const wrong = points.find((at) => evaluateIndex(index, at) !== value(at));
      expect(wrong, printIndex(index)).toBeUndefined();
      const range = rangeOf(index, extents) ?? [Infinity, -Infinity];
      const values = points.map(value);
      expect(Math.min(...values), printIndex(index)).toBeGreaterThanOrEqual(range[0]);
      expect(Math.max(...values), printIndex(index)).toBeLessThanOrEqual(range[1]);
    }
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed + 100))('seed %i: substitute axes', (seed) => {
    const uniform = uniformSource(seed);
    const next = (limit: number): number => Math.floor(uniform() * limit);
    for (let count = 0; count < 25; count++) {
      const { index, value } = draw(next, 4);
      const inner = [next(EXTENTS[0]), next(EXTENTS[1])];
      const axes = new Map([
        [0, subtractIndices(constantIndex(EXTENTS[0] - 1), axisIndex(0))],
        [1, modulo(shiftIndex(axisIndex(1), inner[1]), EXTENTS[1], extents)],
      ]);
      const moved = rewriteIndex(index, { axes, extents });
      const place = ([a, b, ...rest]: At): At => [EXTENTS[0] - 1 - a, (b + inner[1]) % EXTENTS[1], ...rest];
      expect(
        points.find((at) => evaluateIndex(moved, at) !== value(place(at))),
        printIndex(moved),
      ).toBeUndefined();
    }
  });
});

const [i, j, k, l] = [0, 1, 2, 3].map((axis) => axisIndex(axis));
const large = new Map([
  [0, 7],
  [1, 10],
  [2, 4],
  [3, 5],
]);

describe('forms', () => {
  it.each([
    ['a quotient of its own multiple', floorDivide(addIndices(scaleIndex(i, 10), j), 10, large), 'a0'],
    ['a remainder of its own multiple', modulo(addIndices(scaleIndex(i, 10), j), 10, large), 'a1'],
    ['a remainder of something small', modulo(j, 12, large), 'a1'],
    ['a quotient below one', floorDivide(j, 12, large), '0'],
    ['a negative quotient', floorDivide(shiftIndex(j, -10), 10, large), '-1'],
    ['a quotient that the offset completes', floorDivide(shiftIndex(scaleIndex(i, 6), 7), 3, large), '2*a0 + 2'],
    ['a quotient of a quotient', floorDivide(floorDivide(i, 2), 3), 'floor(a0 / 6)'],
    ['a digit', floorDivide(modulo(i, 6), 2), '(floor(a0 / 2) mod 3)'],
    ['a remainder of a remainder', modulo(modulo(i, 6), 3), '(a0 mod 3)'],
    ['a common factor', floorDivide(addIndices(scaleIndex(j, 4), k), 8, large), 'floor(a1 / 2)'],
    ['a common factor with a rest', modulo(addIndices(scaleIndex(j, 4), k), 8, large), 'a2 + 4*(a1 mod 2)'],
    ['quotient and remainder', addIndices(scaleIndex(floorDivide(i, 3), 3), modulo(i, 3)), 'a0'],
    [
      'three digits',
      addIndices(scaleIndex(floorDivide(i, 6), 6), scaleIndex(modulo(floorDivide(i, 2), 3), 2), modulo(i, 2)),
      'a0',
    ],
    [
      'quotient and remainder of other weights',
      addIndices(scaleIndex(floorDivide(i, 3), 2), modulo(i, 3)),
      '2*floor(a0 / 3) + (a0 mod 3)',
    ],
    ['terms that cancel', subtractIndices(addIndices(i, j), addIndices(j, i)), '0'],
    ['an unknown axis', modulo(axisIndex(9), 4, large), '(a9 mod 4)'],
  ])('%s', (_, index, text) => {
    expect(printIndex(index)).toBe(text);
  });

  it('reads positions through reshapes that split and join axes as affine', () => {
    const at = [i, j, k, l];
    const shape = [7, 10, 4, 5];
    expect(unflatten(flatten(at, shape), shape, large).map(printIndex)).toEqual(['a0', 'a1', 'a2', 'a3']);
    expect(unflatten(flatten(at, shape), [7, 200], large).map(printIndex)).toEqual(['a0', '20*a1 + 5*a2 + a3']);
    expect(unflatten(flatten(at, shape), [1, 70, 1, 20, 1], large).map(printIndex)).toEqual([
      '0',
      '10*a0 + a1',
      '0',
      '5*a2 + a3',
      '0',
    ]);
  });

  it.each([[[6, 35]], [[2, 3, 5, 7]], [[35, 6]], [[14, 3, 5]], [[210]], [[10, 21]]])(
    'finds its way back through %j',
    (shape) => {
      const flat = new Map([[0, 210]]);
      const there = unflatten(axisIndex(0), shape, flat);
      const back = flatten(there, shape);
      for (let at = 0; at < 210; at++) expect(evaluateIndex(back, [at])).toBe(at);
      expect(printIndex(back)).toBe('a0');
    },
  );

  it('orders terms so that equal sums are equal', () => {
    const a = addIndices(modulo(i, 5), scaleIndex(j, 2), floorDivide(i, 5), k);
    const b = addIndices(k, floorDivide(i, 5), j, modulo(i, 5), j);
    expect(a).toEqual(b);
    expect(equalIndices(a, b)).toBe(true);
    expect(equalIndices(a, shiftIndex(b, 1))).toBe(false);
    expect(equalIndices(valueIndex(load(1, 'i32', [i])), valueIndex(load(1, 'i32', [i])))).toBe(true);
    expect(equalIndices(valueIndex(load(1, 'i32', [i])), valueIndex(load(2, 'i32', [i])))).toBe(false);
  });

  it('knows axes, affine forms and constants', () => {
    expect([pureAxis(j), pureAxis(shiftIndex(j, 1)), pureAxis(scaleIndex(j, 2)), pureAxis(zeroIndex)]).toEqual([
      1,
      undefined,
      undefined,
      undefined,
    ]);
    const mixed = addIndices(scaleIndex(i, 3), floorDivide(j, 4));
    expect([isAffine(i), isAffine(mixed), coefficientOf(mixed, 0), coefficientOf(mixed, 1)]).toEqual([
      true,
      false,
      3,
      0,
    ]);
    expect(axisIndex(3, 0, 7)).toEqual(constantIndex(7));
    expect(valueIndex(constant(5, 'i32'))).toEqual(constantIndex(5));
    expect(valueIndex(indexValue(mixed))).toEqual(mixed);
  });

  it('has no range for loaded values and unknown axes', () => {
    expect(rangeOf(valueIndex(load(0, 'i32', [])), large)).toBeUndefined();
    expect(rangeOf(axisIndex(9), large)).toBeUndefined();
    expect(rangeOf(modulo(axisIndex(9), 4), large)).toEqual([0, 3]);
    expect(rangeOf(shiftIndex(scaleIndex(i, -2), 1), large)).toEqual([-11, 1]);
  });
});

describe('guards', () => {
  const guard = (index: Index, lower: number, upper: number): Guard => ({ index, lower, upper });

  it.each([
    ['holds', [guard(i, 0, 7)], ''],
    ['holds at no place', [guard(i, 7, 9)], undefined],
    ['is empty', [guard(axisIndex(9), 3, 3)], undefined],
    ['holds at some', [guard(shiftIndex(i, -1), 0, 7)], '0 <= a0 - 1 < 7'],
    ['is there twice', [guard(i, 1, 7), guard(i, 1, 7)], '1 <= a0 < 7'],
    ['meets another on one index', [guard(i, 1, 7), guard(i, 0, 5)], '1 <= a0 < 5'],
    ['excludes another', [guard(i, 1, 3), guard(i, 4, 5)], undefined],
    ['is beside one that holds', [guard(i, 0, 9), guard(j, 2, 4)], '2 <= a1 < 4'],
  ])('that %s', (_, guards, text) => {
    const simple = simplifyGuards(guards, large);
    expect(simple === undefined ? undefined : printGuards(simple)).toBe(text);
  });
});
