// Linear algebra in graph operations, against systems and spectra that are known by construction.

import { GraphBuilder, matmul, tensorType, type Tensor } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { conjugateGradient, dot, lanczos, norm, solve, tridiagonalEigenvalues } from '../src/index.ts';
import { drawValues, evaluate, multiply, symmetricMatrix, uniformSource, type Values } from './evaluate.ts';

function expectClose(received: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(received.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  received.forEach((value, at) => expect(Math.abs(value - expected[at])).toBeLessThanOrEqual(tolerance * scale));
}

function vectorOf(data: readonly number[]): Values {
  return { shape: [data.length], data };
}

describe('dot and norm', () => {
  it('take all elements', () => {
    const a = { shape: [2, 2], data: [3, 0, 0, -4] };
    const b = { shape: [2, 2], data: [1, 5, 5, 2] };
    const results = evaluate({ a, b }, ({ a: x, b: y }) => ({ dot: dot(x, y), norm: norm(x) }));
    expect(results).toEqual({ dot: [-5], norm: [5] });
  });
});

describe('solve', () => {
  it.each([1, 2, 3, 7, 20, 64])('finds the solution of %i random equations', (size) => {
    const uniform = uniformSource(size);
    const a = drawValues([size, size], uniform);
    const x = Array.from({ length: size }, uniform);
    const b = vectorOf(multiply(a, x));
    const { solution } = evaluate({ a, b }, (tensors) => ({ solution: solve(tensors.a, tensors.b) }));
    expectClose(solution, x, 1e-11);
  });

  it('exchanges rows where the pivot is zero or tiny', () => {
    const a = { shape: [3, 3], data: [0, 2, 1, 1e-20, 1, 1, 3, 0, 1] };
    const x = [2, -3, 0.5];
    const { solution } = evaluate({ a, b: vectorOf(multiply(a, x)) }, (t) => ({ solution: solve(t.a, t.b) }));
    expectClose(solution, x, 1e-14);
  });

  it('solves for several right-hand sides at once', () => {
    const uniform = uniformSource(5);
    const a = drawValues([4, 4], uniform);
    const x = drawValues([4, 3], uniform);
    const { image } = evaluate({ a, x }, (t) => ({ image: matmul(t.a, t.x) }));
    const { solution } = evaluate({ a, b: { shape: [4, 3], data: image } }, (t) => ({ solution: solve(t.a, t.b) }));
    expectClose(solution, Array.from(x.data), 1e-13);
  });

  it('gives values that are not finite for a singular matrix', () => {
    const a = { shape: [2, 2], data: [1, 2, 2, 4] };
    const { solution } = evaluate({ a, b: vectorOf([1, 1]) }, (t) => ({ solution: solve(t.a, t.b) }));
    expect(solution.every(Number.isFinite)).toBe(false);
  });

  const input = (...shape: number[]): Tensor => new GraphBuilder().input('x', tensorType('f32', shape));

  it.each([
    [
      () => solve(input(2, 3), input(2)),
      'solve: expected a square f32 matrix [k, k], received f32[2, 3]. [solve.operands]',
    ],
    [
      () => solve(input(2, 2), input(3)),
      'solve: expected right-hand sides f32 [2] or [2, n], received f32[3]. [solve.operands]',
    ],
    [
      () => solve(input(65, 65), input(65)),
      'solve: expected at most 64 unknowns, received 65. Hint: conjugateGradient() needs no matrix [solve.size]',
    ],
    [
      () => conjugateGradient((v) => v, input(2, 2), { iterations: 1, tolerance: 0 }),
      'conjugateGradient: expected an f32 vector [k], received f32[2, 2]. [conjugateGradient.operands]',
    ],
    [() => lanczos((v) => v, input(), 1), 'lanczos: expected an f32 vector [k], received f32[]. [lanczos.operands]'],
  ])('refuses operands that do not fit: %#', (attempt, message) => {
    expect(attempt).toThrow(expect.objectContaining({ message }));
  });
});

function cg(a: Values, b: readonly number[], iterations: number, tolerance = 0): readonly number[] {
  return evaluate({ a, b: vectorOf(b) }, (t) => ({
    x: conjugateGradient((v) => matmul(t.a, v), t.b, { iterations, tolerance }),
  })).x;
}

describe('conjugateGradient', () => {
  it.each([1, 2, 5, 12])('solves %i equations in as many iterations', (size) => {
    const uniform = uniformSource(size + 40);
    const a = symmetricMatrix(
      Array.from({ length: size }, (_, index) => 1 + index / 2),
      uniform,
    );
    const x = Array.from({ length: size }, uniform);
    expectClose(cg(a, multiply(a, x), size), x, 1e-10);
  });

  it('takes one iteration for each different eigenvalue, and stays there', () => {
    const uniform = uniformSource(7);
    const a = symmetricMatrix([2, 2, 2, 5, 5, 5], uniform);
    const x = Array.from({ length: 6 }, uniform);
    for (const iterations of [2, 3, 30]) expectClose(cg(a, multiply(a, x), iterations, 1e-10), x, 1e-10);
    expect(cg(a, multiply(a, x), 30, 1e-10)).toEqual(cg(a, multiply(a, x), 2, 1e-10));
  });

  it('stops at the tolerance', () => {
    const a = symmetricMatrix([1, 3, 9, 27, 81], uniformSource(8));
    const b = [1, -1, 2, 0.5, 1];
    const residual = (x: readonly number[]): number =>
      Math.hypot(...multiply(a, x).map((value, at) => value - b[at])) / Math.hypot(...b);
    for (const tolerance of [0.5, 0.1, 1e-4]) {
      const stopped = [1, 2, 3, 4, 5].find((iterations) => residual(cg(a, b, iterations)) <= tolerance);
      expect(cg(a, b, 20, tolerance)).toEqual(cg(a, b, stopped ?? 0));
      expect(residual(cg(a, b, 20, tolerance))).toBeLessThanOrEqual(tolerance);
    }
  });

  it('gives b where its first direction has no positive curvature', () => {
    expect(cg({ shape: [2, 2], data: [-1, 0, 0, -2] }, [3, 4], 4)).toEqual([3, 4]);
    expect(cg({ shape: [2, 2], data: [0, 0, 0, 0] }, [3, 4], 4)).toEqual([3, 4]);
  });

  it('keeps what it has at a later direction of negative curvature', () => {
    const a = { shape: [3, 3], data: [4, 0, 0, 0, 1, 0, 0, 0, -1] };
    const b = [2, 2, 1];
    const kept = cg(a, b, 1);
    expect(kept).not.toEqual(b);
    const later = [2, 3, 10].map((iterations) => cg(a, b, iterations));
    expect(later[2]).toEqual(later[1]);
    for (const x of [kept, ...later]) {
      const downhill = x.reduce((total, value, at) => total + value * b[at], 0);
      expect(downhill).toBeGreaterThan(0);
    }
  });

  it('gives zero for zero', () => {
    expect(cg({ shape: [2, 2], data: [1, 0, 0, 1] }, [0, 0], 3)).toEqual([0, 0]);
  });
});

function ritzValues(a: Values, start: readonly number[], iterations: number): readonly number[] {
  const { diagonal, beside } = evaluate({ a, start: vectorOf(start) }, (t) => {
    const result = lanczos((v) => matmul(t.a, v), t.start, iterations);
    return { diagonal: result.diagonal, beside: result.offDiagonal };
  });
  return tridiagonalEigenvalues(diagonal, beside);
}

describe('lanczos', () => {
  it.each([[[3]], [[1, 100]], [[-4, 0.5, 2]], [[-2, -1, 0, 1e-3, 5, 7, 1e4]]])('finds the spectrum %j', (spectrum) => {
    const uniform = uniformSource(spectrum.length);
    const start = spectrum.map(() => uniform());
    expectClose(ritzValues(symmetricMatrix(spectrum, uniform), start, spectrum.length), spectrum, 1e-12);
  });

  it('finds the ends of a spectrum in fewer iterations', () => {
    const spectrum = [-10, ...Array.from({ length: 38 }, (_, index) => index / 38), 25];
    const uniform = uniformSource(3);
    const start = spectrum.map(() => uniform());
    const values = ritzValues(symmetricMatrix(spectrum, uniform), start, 12);
    expectClose([values[0], values[11]], [-10, 25], 1e-6);
  });

  it('adds no values outside the spectrum where the space is exhausted', () => {
    const uniform = uniformSource(9);
    const start = [1, 2, 3, 4];
    expectClose(ritzValues(symmetricMatrix([6, 6, 6, 6], uniform), start, 4), [6, 6, 6, 6], 1e-12);
    const two = ritzValues(symmetricMatrix([2, 2, 8, 8], uniform), start, 4);
    expectClose([two[0], two[3]], [2, 8], 1e-12);
    expect(ritzValues({ shape: [2, 2], data: [0, 0, 0, 0] }, [1, 0], 2)).toEqual([0, 0]);
  });
});

describe('tridiagonalEigenvalues', () => {
  it('finds those of the second difference, 2 - 2 cos(k pi / (n + 1))', () => {
    const size = 30;
    const values = tridiagonalEigenvalues(Array<number>(size).fill(2), Array<number>(size - 1).fill(-1));
    const expected = Array.from({ length: size }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (size + 1)));
    expectClose(values, expected, 1e-14);
  });

  it('finds repeated ones and those of a diagonal matrix', () => {
    expect(tridiagonalEigenvalues([3, -1, 3], [0, 0])).toEqual([-1, 3, 3]);
    expect(tridiagonalEigenvalues([], [])).toEqual([]);
  });
});
