// The Lanczos process with full reorthogonalization, unrolled into graph operations.

import {
  and,
  concat,
  constantLike,
  constantTensor,
  div,
  gt,
  mul,
  reshape,
  sub,
  where,
  type GraphBuilder,
  type Tensor,
} from '@netwright/ir';
import { dot, norm } from './dot.ts';
import { sizeOfVector } from './size-of-system.ts';

/** A symmetric tridiagonal matrix whose extreme eigenvalues approach those of A. */
export interface Tridiagonal {
  /** f32 [m]. */
  readonly diagonal: Tensor;
  /** f32 [m - 1]. */
  readonly offDiagonal: Tensor;
}

/** Share of `|A v|` below which what is left of it counts as rounding; the error in an eigenvalue is of the order of its square. */
const BREAKDOWN = 1e-6;

/**
 * Projects a symmetric A onto the Krylov space of `start`; `tridiagonalEigenvalues` has the eigenvalues of the result. Where the space is exhausted
 * early, the rest of the diagonal repeats its first entry, which lies between the smallest and the largest eigenvalue. Golub and Van Loan, _Matrix Computations_,
 * 2013, section 10.1.
 *
 * @param product - `v -> A v`, called once for each iteration.
 * @param start - f32 [k], not zero; a random one has a share of every eigenvector.
 * @param iterations - size m of the result, at least 1; k makes it exact.
 * @throws NetwrightError `lanczos.operands`.
 */
export function lanczos(product: (v: Tensor) => Tensor, start: Tensor, iterations: number): Tridiagonal {
  sizeOfVector('lanczos', start);
  const basis = [div(start, norm(start))];
  const diagonal: Tensor[] = [];
  const offDiagonal: Tensor[] = [];
  let active: Tensor | undefined;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const current = basis[iteration];
    const image = product(current);
    const alpha = dot(current, image);
    diagonal.push(active === undefined ? alpha : where(active, alpha, diagonal[0]));
    if (iteration === iterations - 1) break;
    const rest = orthogonalize(orthogonalize(image, basis), basis);
    const length = norm(rest);
    const more = gt(length, mul(norm(image), BREAKDOWN));
    active = active === undefined ? more : and(active, more);
    offDiagonal.push(where(active, length, 0));
    basis.push(where(active, div(rest, where(active, length, 1)), constantLike(rest, 0)));
  }
  return { diagonal: vectorOf(start.builder, diagonal), offDiagonal: vectorOf(start.builder, offDiagonal) };
}

/** `vector` without its parts along the unit vectors of `basis`; done twice, none is left by rounding. */
function orthogonalize(vector: Tensor, basis: readonly Tensor[]): Tensor {
  return basis.reduce((rest, unit) => sub(rest, mul(unit, dot(rest, unit))), vector);
}

function vectorOf(builder: GraphBuilder, scalars: readonly Tensor[]): Tensor {
  if (scalars.length === 0) return constantTensor(builder, [], [0]);
  return concat(
    scalars.map((scalar) => reshape(scalar, [1])),
    0,
  );
}
