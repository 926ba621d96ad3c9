// Products of constant matrices and grids of expressions, with few operations.

import type { Expr } from '@netwright/compiler';
import { binary, constant, remembered, unary } from '@netwright/compiler/kernels';

import type { Matrix } from './toom-cook.ts';

/** `down * grid * across^T`. */
export function applyBothSides(
  down: Matrix,
  across: Matrix,
  grid: readonly (readonly Expr[])[],
): readonly (readonly Expr[])[] {
  const [rows, columns] = [factor(down), factor(across)];
  const made = (grid[0] ?? []).map((_, column) =>
    apply(
      rows,
      grid.map((row) => row[column] ?? constant(0)),
    ),
  );
  return down.map((_, row) =>
    apply(
      columns,
      made.map((values) => values[row] ?? constant(0)),
    ),
  );
}

/** A sum of values times factors, by position of the value. */
type Combination = ReadonlyMap<number, number>;

interface LinearProgram {
  /** `value[a] + ratio * value[b]`, numbered after the inputs. */
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly ratio: number }[];
  readonly rows: readonly Combination[];
}

/** Takes out the pair of terms that most rows have in common, up to a factor, until no two rows share one. */
const factor = remembered((matrix: Matrix): LinearProgram => {
  const rows = matrix.map(
    (row) => new Map(row.flatMap((value, k): [number, number][] => (value === 0 ? [] : [[k, value]]))),
  );
  const pairs: { a: number; b: number; ratio: number }[] = [];
  let next = matrix[0]?.length ?? 0;
  for (;;) {
    const counts = new Map<string, { a: number; b: number; ratio: number; count: number }>();
    for (const row of rows) {
      const terms = [...row].sort(([a], [b]) => a - b);
      terms.forEach(([a, x], i) => {
        for (const [b, y] of terms.slice(i + 1)) {
          const key = `${a},${b},${y / x}`;
          const found = counts.get(key) ?? { a, b, ratio: y / x, count: 0 };
          found.count += 1;
          counts.set(key, found);
        }
      });
    }
    const saving = ({ count, ratio }: { count: number; ratio: number }): number =>
      count < 2 ? 0 : (count - 1) * (Math.abs(ratio) === 1 ? 1 : 2);
    const best = [...counts.values()].reduce((a, b) => (saving(b) > saving(a) ? b : a), {
      a: 0,
      b: 0,
      ratio: 0,
      count: 0,
    });
    if (saving(best) === 0) return { pairs, rows };
    const { a, b, ratio } = best;
    for (const row of rows) {
      const x = row.get(a);
      if (x === undefined || row.get(b) !== ratio * x) continue;
      row.delete(a);
      row.delete(b);
      row.set(next, x);
    }
    pairs.push({ a, b, ratio });
    next += 1;
  }
});

function apply({ pairs, rows }: LinearProgram, inputs: readonly Expr[]): readonly Expr[] {
  const values = [...inputs];
  const at = (k: number): Expr => values[k] ?? constant(0);
  for (const { a, b, ratio } of pairs)
    values.push(
      combine([
        [at(a), 1],
        [at(b), ratio],
      ]),
    );
  return rows.map((row) => combine([...row].map(([k, factor]) => [at(k), factor])));
}

function combine(terms: readonly (readonly [Expr, number])[]): Expr {
  // Starting from a term that is added as it is saves a negation.
  const ordered = [...terms].sort(([, a], [, b]) => rank(a) - rank(b));
  const [first, ...others] = ordered;
  if (first === undefined) return constant(0);
  return others.reduce(
    (sum, [value, factor]) => {
      const scaled = Math.abs(factor) === 1 ? value : binary('mul', value, constant(Math.abs(factor)));
      return binary(factor < 0 ? 'sub' : 'add', sum, scaled);
    },
    first[1] === -1 ? unary('neg', first[0]) : first[1] === 1 ? first[0] : binary('mul', first[0], constant(first[1])),
  );
}

function rank(factor: number): number {
  return factor === 1 ? 0 : factor > 0 ? 1 : 2;
}
