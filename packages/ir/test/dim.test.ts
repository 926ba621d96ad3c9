import { describe, expect, it } from 'vitest';
import {
  bindDim,
  bindShape,
  broadcastShapes,
  dimSymbols,
  divideDims,
  isDim,
  multiplyDims,
  type Dim,
  type Shape,
} from '../src/index.ts';

const DIMS: readonly Dim[] = [1, 2, 6, 'N', 'M', '2*N', 'M*N', '6*M*N', 'N*N', '4*N*N'];
const SIZES = { N: 5, M: 7 };

describe('dimensions', () => {
  it.each<[unknown, boolean]>([
    [0, true],
    [12, true],
    ['N', true],
    ['196*N', true],
    ['2*M*N', true],
    ['N*N', true],
    [-1, false],
    [1.5, false],
    [NaN, false],
    ['', false],
    ['7', false],
    ['1*N', false],
    ['0*N', false],
    ['N*2', false],
    ['N*M', false],
    ['N+1', false],
    ['2 * N', false],
    [undefined, false],
  ])('isDim(%j) is %j', (dim, expected) => {
    expect(isDim(dim)).toBe(expected);
  });

  it.each(DIMS.flatMap((a) => DIMS.map((b) => [a, b] as const)))(
    '%s times and over %s agree with their numbers',
    (a, b) => {
      const product = multiplyDims(a, b);
      expect(isDim(product)).toBe(true);
      expect(bindDim(product, SIZES)).toBe(bindDim(a, SIZES) * bindDim(b, SIZES));
      expect(divideDims(product, b)).toBe(a);
      const quotient = divideDims(a, b);
      const exact = [SIZES, { N: 1, M: 1 }, { N: 11, M: 13 }].every(
        (sizes) => bindDim(a, sizes) % bindDim(b, sizes) === 0,
      );
      expect(quotient !== undefined).toBe(exact);
      if (quotient !== undefined) expect(bindDim(quotient, SIZES) * bindDim(b, SIZES)).toBe(bindDim(a, SIZES));
    },
  );

  it('lists the symbols of a shape', () => {
    expect(dimSymbols(['2*N', 3, 'M*N'])).toEqual(['M', 'N']);
  });

  it('names a symbol without a size', () => {
    expect(() => bindShape([3, '2*N'], { M: 1 })).toThrow(
      'bindDim: expected a size for the symbolic dimension N, received sizes for [M]. Hint: pass dims: { N: ... } when compiling [dim.unbound]',
    );
  });

  it.each<[Shape, Shape, Shape | undefined]>([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[], ['N'], ['N']],
    [['N', 1], [4], ['N', 4]],
    [['N'], ['M'], undefined],
    [['N'], [4], undefined],
    [[2], [3], undefined],
    [[0], [1], [0]],
  ])('%j and %j broadcast to %j', (a, b, expected) => {
    expect(broadcastShapes(a, b)).toEqual(expected);
    expect(broadcastShapes(b, a)).toEqual(expected);
  });
});
