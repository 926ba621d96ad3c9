// Gaussian elimination with partial pivoting, unrolled into graph operations: no loop, no branch, pivots by select.

import {
  abs,
  argmax,
  concat,
  div,
  eq,
  gather,
  iota,
  matmul,
  NetwrightError,
  reshape,
  slice,
  sub,
  where,
  type Tensor,
} from '@netwright/ir';
import { operandError, sizeOfSystem } from './size-of-system.ts';

/** Largest system that {@link solve} unrolls; the graph has about 30 operations for each row. */
export const SOLVE_LIMIT = 64;

/**
 * `x` with `a x = b`, by elimination with partial pivoting. A singular matrix gives values that are not finite.
 *
 * @param a - f32 [k, k], k at most {@link SOLVE_LIMIT}.
 * @param b - f32 [k], or [k, n] for several right-hand sides.
 * @throws NetwrightError `solve.operands`, `solve.size`.
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  const size = sizeOfSystem('solve', a);
  const [rows, columns = 1] = b.shape;
  if (b.dtype !== 'f32' || b.shape.length > 2 || rows !== size || typeof columns !== 'number')
    throw operandError('solve', `right-hand sides f32 [${String(size)}] or [${String(size)}, n]`, b);
  if (size > SOLVE_LIMIT) throw sizeError(size);
  if (size === 0) return b;
  const x = substitute(eliminate(concat([a, reshape(b, [size, columns])], 1), size));
  return reshape(x, b.shape);
}

/** Rows of the triangular system: row i holds the pivot, the entries right of it and the right-hand sides. */
function eliminate(system: Tensor, size: number): readonly Tensor[] {
  const pivots: Tensor[] = [];
  let rest = system;
  for (let left = size; left > 0; left--) {
    const column = reshape(slice(rest, { axes: [1], ends: [1] }), [left]);
    const position = argmax(abs(column));
    const pivot = gather(rest, reshape(position, [1]));
    pivots.push(pivot);
    if (left === 1) break;
    const taken = eq(iota(rest.builder, [left, 1]), position);
    const swapped = where(taken, slice(rest, { axes: [0], ends: [1] }), rest);
    const below = slice(swapped, { axes: [0], starts: [1] });
    const [first, right] = cut(below);
    const [head, tail] = cut(pivot);
    rest = sub(right, matmul(div(first, head), tail));
  }
  return pivots;
}

/** Solves from the last row up. */
function substitute(rows: readonly Tensor[]): Tensor {
  const [head, tail] = cut(rows[rows.length - 1]);
  return rows.slice(0, -1).reduceRight(
    (solved, row, at) => {
      const known = rows.length - 1 - at;
      const [pivot, others] = cut(row);
      const product = matmul(slice(others, { axes: [1], ends: [known] }), solved);
      const right = slice(others, { axes: [1], starts: [known] });
      return concat([div(sub(right, product), pivot), solved], 0);
    },
    div(tail, head),
  );
}

/** The first column and the others. */
function cut(matrix: Tensor): readonly [Tensor, Tensor] {
  return [slice(matrix, { axes: [1], ends: [1] }), slice(matrix, { axes: [1], starts: [1] })];
}

function sizeError(size: number): NetwrightError {
  return new NetwrightError({
    code: 'solve.size',
    operation: 'solve',
    expected: `at most ${String(SOLVE_LIMIT)} unknowns`,
    received: String(size),
    hint: 'conjugateGradient() needs no matrix',
  });
}
