// Candidates of the search for compound coefficients. arXiv:1905.11946, section 3.3

import type { CompoundCoefficients } from '@netwright/arch';
import { NetwrightError } from '@netwright/ir';

/** How fine the grid is, and how far from twice the cost its points may be. */
export interface ScalingGridOptions {
  /** Between neighbouring values of each base. Default 0.1. */
  readonly step?: number;
  /** Largest distance of alpha beta^2 gamma^2 from 2; default 0.1. */
  readonly tolerance?: number;
}

/**
 * All alpha, beta and gamma of at least 1, on a grid, whose networks cost about twice the multiply-adds at phi = 1.
 *
 * @throws NetwrightError `scaling.grid` for a step or tolerance that is not positive, or over 0.15 for the tolerance.
 */
export function scalingGrid({
  step = 0.1,
  tolerance = 0.1,
}: ScalingGridOptions = {}): readonly Required<CompoundCoefficients>[] {
  if (!(step > 0 && tolerance > 0 && tolerance <= 0.15)) {
    throw new NetwrightError({
      code: 'scaling.grid',
      operation: 'scalingGrid',
      expected: 'a step above 0, and a tolerance above 0 and up to 0.15',
      received: `step ${String(step)}, tolerance ${String(tolerance)}`,
    });
  }
  const upTo = (most: number): readonly number[] =>
    Array.from({ length: Math.floor((most - 1) / step + 1e-9) + 1 }, (_, index) =>
      Number((1 + index * step).toFixed(6)),
    );
  const most = 2 + tolerance;
  return upTo(most).flatMap((alpha) =>
    upTo(Math.sqrt(most)).flatMap((beta) =>
      upTo(Math.sqrt(most))
        .filter((gamma) => Math.abs(alpha * beta ** 2 * gamma ** 2 - 2) <= tolerance + 1e-9)
        .map((gamma) => ({ alpha, beta, gamma })),
    ),
  );
}
