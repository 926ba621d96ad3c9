// The matrices of minimal filtering F(m, r): m outputs of a filter of r taps with m + r - 1 multiplications. Derived from
// interpolation at chosen points (Toom and Cook; S. Winograd, Arithmetic Complexity of Computations, 1980), exactly.

import { remembered } from '@netwright/compiler/kernels';

import { add, divide, multiply, rational, toNumber, type Rational } from './rational.ts';

export type Matrix = readonly (readonly number[])[];

/**
 * y = outputs * ((filter * g) .* (input * d)) where y_i = sum_k d_{i + k} g_k. The same three, transposed, give the gradient of g:
 * dg = filter^T * ((input * d) .* (outputs^T * dy)).
 */
export interface Filtering {
  /** Outputs of a tile. */
  readonly outputs: number;
  /** Inputs of a tile, and multiplications. */
  readonly points: number;
  /** [points][points] */
  readonly input: Matrix;
  /** [points][taps] */
  readonly filter: Matrix;
  /** [outputs][points] */
  readonly output: Matrix;
}

/** Finite points beside infinity; of those tried, these lose the fewest digits. */
const interpolation = [rational(0), rational(1), rational(-1), rational(1, 2), rational(-2)];

const known = new Map<string, Filtering>();

export function filtering(outputs: number, taps: number): Filtering {
  const key = `${outputs},${taps}`;
  const found = known.get(key) ?? derive(outputs, taps);
  known.set(key, found);
  return found;
}

function derive(outputs: number, taps: number): Filtering {
  const count = outputs + taps - 1;
  const points = interpolation.slice(0, count - 1);
  if (points.length !== count - 1) throw new RangeError(`F(${outputs}, ${taps}) needs ${count - 1} points`);
  const one = rational(1);
  /** Coefficients of the product of x - p, constant first. */
  const vanishingAt = (roots: readonly Rational[]): readonly Rational[] =>
    roots.reduce<readonly Rational[]>(
      (polynomial, root) =>
        Array.from({ length: polynomial.length + 1 }, (_, k) =>
          add(
            polynomial[k - 1] ?? rational(0),
            multiply(polynomial[k] ?? rational(0), rational(-root.numerator, root.denominator)),
          ),
        ),
      [one],
    );
  const powers = (point: Rational, length: number): readonly Rational[] => {
    const all = [one];
    while (all.length < length) all.push(multiply(all.at(-1) ?? one, point));
    return all;
  };
  const evaluate = (polynomial: readonly Rational[], point: Rational): Rational => {
    const own = powers(point, polynomial.length);
    return polynomial.reduce((sum, coefficient, k) => add(sum, multiply(coefficient, own[k] ?? one)), rational(0));
  };
  const others = points.map((point) => vanishingAt(points.filter((other) => other !== point)));
  const padded = (row: readonly Rational[]): readonly Rational[] =>
    Array.from({ length: count }, (_, k) => row[k] ?? rational(0));
  const atInfinity = (length: number): readonly Rational[] =>
    Array.from({ length }, (_, k) => rational(k === length - 1 ? 1 : 0));
  const input = [...others.map(padded), padded(vanishingAt(points))];
  const filter = [
    ...points.map((point, j) => powers(point, taps).map((power) => divide(power, evaluate(others[j] ?? [], point)))),
    atInfinity(taps),
  ];
  const evaluated = [...points.map((point) => powers(point, outputs)), atInfinity(outputs)];
  const output = Array.from({ length: outputs }, (_, i) => evaluated.map((row) => row[i] ?? rational(0)));
  const numbers = (rows: readonly (readonly Rational[])[]): Matrix => rows.map((row) => row.map(toNumber));
  return { outputs, points: count, input: numbers(input), filter: numbers(filter), output: numbers(output) };
}

export const transpose = remembered((matrix: Matrix): Matrix =>
  (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? 0)),
);
