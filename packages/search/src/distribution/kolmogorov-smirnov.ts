// Do two lists of errors come from one distribution? The test of Kolmogorov and Smirnov.

import { errorDistribution } from './edf.ts';

/** How far two samples are apart, and how likely that is by chance. */
export interface KolmogorovSmirnov {
  /** The largest distance between the two empirical distribution functions. */
  readonly statistic: number;
  /** Of a distance at least as large between two samples of one continuous distribution: exact, two-sided. */
  readonly pValue: number;
  /** The error at which the functions are furthest apart. */
  readonly at: number;
  /** Whether more of the first list is at or below that error: 1 where it is, -1 where more of the second is. */
  readonly sign: 1 | -1;
}

/** Errors: `search.errors`. */
export function kolmogorovSmirnov(first: readonly number[], second: readonly number[]): KolmogorovSmirnov {
  const [a, b] = [errorDistribution(first).errors, errorDistribution(second).errors];
  let [i, j] = [0, 0];
  let furthest = { difference: 0, at: Math.min(a[0], b[0]) };
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === at) i++;
    while (j < b.length && b[j] === at) j++;
    // In units of 1 / (lengths' product), so that the count is exact.
    const difference = i * b.length - j * a.length;
    if (Math.abs(difference) > Math.abs(furthest.difference)) furthest = { difference, at };
  }
  const { difference, at } = furthest;
  const size = a.length * b.length;
  return {
    statistic: Math.abs(difference) / size,
    pValue: difference === 0 ? 1 : probabilityOfReaching(Math.abs(difference), a.length, b.length),
    at,
    sign: difference < 0 ? -1 : 1,
  };
}

/**
 * The share of monotone lattice paths from (0, 0) to (n, m) that come to a point (i, j) with |i m - j n| >= distance: each path is an order in which two samples
 * of one distribution may lie. Shares of the paths that stay nearer are kept relative to all paths to a point, so that nothing overflows.
 */
function probabilityOfReaching(distance: number, n: number, m: number): number {
  const inside = (i: number, j: number): boolean => Math.abs(i * m - j * n) < distance;
  let row = Array.from({ length: m + 1 }, () => 0);
  for (let i = 0; i <= n; i++) {
    const next = Array.from({ length: m + 1 }, () => 0);
    for (let j = 0; j <= m && (i > 0 || inside(0, j)); j++) {
      if (!inside(i, j)) continue;
      // Of the paths to (i, j), i / (i + j) come from (i - 1, j) and the others from (i, j - 1).
      if (i + j === 0) next[j] = 1;
      else next[j] = (i * row[j] + (j > 0 ? j * next[j - 1] : 0)) / (i + j);
    }
    row = next;
  }
  return Math.min(1, Math.max(0, 1 - row[m]));
}
