// Seeded samples of a space within limits of cost.

import { NetwrightError } from '@netwright/ir';
import { streamOf, uniforms } from '../random.ts';
import { brokenLimit, COSTS, type CostLimits, type ModelCost } from './cost.ts';
import { drawValue } from './dimension.ts';
import type { Configuration, Space } from './space.ts';

/** How many points, and what they may cost. */
export interface SampleOptions {
  /** Default 500, as in the paper. */
  readonly count?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default none. */
  readonly limits?: CostLimits;
  /** Candidates after which it gives up, those that break a constraint not counted. Default 2,000 for each sample, at least 100,000. */
  readonly candidates?: number;
}

/** A point of a space, and what its network costs. */
export interface Sample {
  readonly configuration: Configuration;
  readonly cost: ModelCost;
}

/** What was drawn, and how much had to be drawn for it. */
export interface SampleResult {
  readonly samples: readonly Sample[];
  /** Candidates that met the constraints. */
  readonly candidates: number;
  /** Of these, how many each cost rejected (the first one that did), and how many had been drawn before. */
  readonly rejected: { readonly [K in keyof ModelCost]: number } & { readonly repeated: number };
}

/** Draws for one candidate after which the constraints count as unmeetable. */
const MOST_DRAWS = 1_000_000;

/**
 * Distinct points of the space whose costs are within the limits, in the order in which they are drawn: each dimension by its own distribution, what
 * breaks a constraint or a limit drawn anew. A pure function of space and options; more samples continue fewer. No network is allocated.
 *
 * @throws NetwrightError `search.sample` when too few are found.
 */
export function sampleSpace(
  space: Space,
  { count = 500, seed = 0, limits = {}, candidates = Math.max(100_000, 2000 * count) }: SampleOptions = {},
): SampleResult {
  const draw = candidateSource(space, seed);
  const samples: Sample[] = [];
  const seen = new Set<string>();
  const rejected = { parameters: 0, macs: 0, activations: 0, repeated: 0 };
  let drawn = 0;
  while (samples.length < count) {
    if (drawn === candidates) throw tooFew(space, samples.length, count, drawn, rejected);
    const configuration = draw();
    drawn++;
    const key = Object.values(configuration).join();
    if (seen.has(key)) {
      rejected.repeated++;
      continue;
    }
    const cost = space.costOf(configuration);
    const broken = brokenLimit(cost, limits);
    if (broken !== undefined) {
      rejected[broken]++;
      continue;
    }
    seen.add(key);
    samples.push({ configuration, cost });
  }
  return { samples, candidates: drawn, rejected };
}

/**
 * Gives one point after another that meets the constraints.
 *
 * @throws NetwrightError `search.sample` from the result when a million draws in a row break them.
 */
export function candidateSource(space: Space, seed: number): () => Configuration {
  const stream = streamOf(space.name);
  const dimensions = Object.entries(space.dimensions);
  let draw = 0;
  return () => {
    for (let tried = 0; tried < MOST_DRAWS; tried++) {
      const share = uniforms(seed, draw++, stream);
      const configuration = Object.fromEntries(
        dimensions.map(([name, dimension], index) => [name, drawValue(dimension, share(index))]),
      );
      if (space.constraints.every(({ holds }) => holds(configuration))) return configuration;
    }
    throw new NetwrightError({
      code: 'search.sample',
      operation: 'sampleSpace',
      scope: space.name,
      expected: 'constraints that some points meet',
      received: `${String(MOST_DRAWS)} points in a row that do not`,
      reasons: space.constraints.map(({ name }) => name),
    });
  };
}

function tooFew(
  { name }: Space,
  found: number,
  wanted: number,
  drawn: number,
  rejected: SampleResult['rejected'],
): NetwrightError {
  return new NetwrightError({
    code: 'search.sample',
    operation: 'sampleSpace',
    scope: name,
    expected: `${String(wanted)} different points within the limits`,
    received: `${String(found)} among ${String(drawn)} candidates`,
    reasons: [...COSTS, 'repeated' as const]
      .filter((reason) => rejected[reason] > 0)
      .map((reason) => `${reason === 'repeated' ? 'repeated' : `limit of ${reason}`}: ${String(rejected[reason])}`),
    hint: 'widen the limits, or raise the number of candidates',
  });
}
