// Compound scaling: depth, width and resolution together. arXiv:1905.11946, section 3.3

import { NetwrightError } from '@netwright/ir';

/** What channels, numbers of blocks, and height and width of the image are multiplied by. */
export interface Multipliers {
  readonly width: number;
  readonly depth: number;
  readonly resolution: number;
}

/** The bases of compound scaling; multiply-adds grow by about (alpha beta^2 gamma^2)^phi, which these defaults make 2^phi. */
export interface CompoundCoefficients {
  /** Depth is alpha^phi. Default 1.2. */
  readonly alpha?: number;
  /** Width is beta^phi. Default 1.1. */
  readonly beta?: number;
  /** Resolution is gamma^phi. Default 1.15. */
  readonly gamma?: number;
}

/** EfficientNet's, found by a search around B0. */
export const COMPOUND_COEFFICIENTS: Required<CompoundCoefficients> = { alpha: 1.2, beta: 1.1, gamma: 1.15 };

/** How far alpha beta^2 gamma^2 may be from 2; EfficientNet's own product is 1.92. */
const NEAR = 0.15;

/**
 * The multipliers of the compound coefficient `phi`: alpha^phi, beta^phi and gamma^phi. Multiply-adds are proportional to depth, and to the squares of
 * width and resolution, so with alpha beta^2 gamma^2 near 2 they grow about 2^phi.
 *
 * @throws NetwrightError `scaling.coefficients` where alpha, beta or gamma is below 1, their product is not within 0.15 of 2, or phi is not a number.
 */
export function compoundMultipliers(phi: number, coefficients: CompoundCoefficients = {}): Multipliers {
  const { alpha, beta, gamma } = { ...COMPOUND_COEFFICIENTS, ...coefficients };
  const product = alpha * beta ** 2 * gamma ** 2;
  const reasons = [
    ...(Math.min(alpha, beta, gamma) >= 1 ? [] : ['alpha, beta and gamma must be at least 1']),
    ...(Math.abs(product - 2) <= NEAR ? [] : [`alpha * beta^2 * gamma^2 is ${product.toFixed(3)}, not near 2`]),
    ...(Number.isFinite(phi) ? [] : ['phi must be a number']),
  ];
  if (reasons.length > 0) {
    throw new NetwrightError({
      code: 'scaling.coefficients',
      operation: 'compoundMultipliers',
      expected: `alpha, beta and gamma of at least 1 with alpha * beta^2 * gamma^2 within ${String(NEAR)} of 2`,
      received: `alpha ${String(alpha)}, beta ${String(beta)}, gamma ${String(gamma)}, phi ${String(phi)}`,
      reasons,
      hint: 'the three share one budget: raise one, lower another',
    });
  }
  return { depth: alpha ** phi, width: beta ** phi, resolution: gamma ** phi };
}
