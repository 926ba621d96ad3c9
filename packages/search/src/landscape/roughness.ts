// How far a loss surface is from convex.

import type { LossSurface } from './loss-surface.ts';

/** How much of a loss surface is not convex. */
export interface Roughness {
  /** Share of the inner points at which the surface curves downwards in some direction. */
  readonly nonConvex: number;
  /** Inner points that were judged. */
  readonly points: number;
  /** Points of the whole grid whose loss is not finite; they and their neighbours are not judged. */
  readonly notFinite: number;
}

/** A negative curvature smaller than this share of the other one is taken for rounding. */
const SHARE = 0.01;

/**
 * At every inner point of the grid the Hessian of the loss along the two directions is formed from central differences of its eight neighbours. The point is
 * non-convex where the smaller eigenvalue is negative and at least 1 % of the larger one in size.
 */
export function roughnessOf({ points, range, loss }: LossSurface): Roughness {
  const step = (2 * range) / (points - 1);
  const at = (row: number, column: number): number => loss[row * points + column];
  let [judged, nonConvex] = [0, 0];
  for (let row = 1; row < points - 1; row++) {
    for (let column = 1; column < points - 1; column++) {
      const centre = at(row, column);
      const xx = (at(row, column - 1) - 2 * centre + at(row, column + 1)) / step ** 2;
      const yy = (at(row - 1, column) - 2 * centre + at(row + 1, column)) / step ** 2;
      const diagonal = at(row + 1, column + 1) + at(row - 1, column - 1);
      const xy = (diagonal - at(row + 1, column - 1) - at(row - 1, column + 1)) / (4 * step ** 2);
      if (![xx, yy, xy].every(Number.isFinite)) continue;
      judged++;
      const [middle, spread] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
      const [least, most] = [middle - spread, middle + spread];
      if (least < 0 && -least >= SHARE * Math.abs(most)) nonConvex++;
    }
  }
  return {
    nonConvex: judged === 0 ? NaN : nonConvex / judged,
    points: judged,
    notFinite: loss.filter((value) => !Number.isFinite(value)).length,
  };
}
