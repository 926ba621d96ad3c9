// Regularized evolution: the oldest die, whatever they are worth. arXiv:1802.01548

import { streamOf, uniforms } from '../random.ts';
import { candidateSource } from '../spaces/sample.ts';
import type { Configuration, Space } from '../spaces/space.ts';
import { requireChoices, type Rewarded, type Searcher } from './searcher.ts';

/** The space, and the sizes of population and tournaments. */
export interface EvolutionOptions {
  readonly space: Space;
  /** Living points. Default 20. */
  readonly population?: number;
  /** Points among which a parent is the best. Default 5. */
  readonly tournament?: number;
  /** Children of each proposal. Default 8. */
  readonly batch?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** The first proposals are random until the population is full; then each child is the winner of a tournament with one value changed. Errors: `nas.space`. */
export function evolution({ space, population = 20, tournament = 5, batch = 8, seed = 0 }: EvolutionOptions): Searcher {
  const dimensions = requireChoices(space).filter(([, values]) => values.length > 1);
  const draw = candidateSource(space, seed);
  const living: Rewarded[] = [];
  let births = 0;
  const child = (): Configuration => {
    const share = uniforms(seed, births++, streamOf('evolution'));
    let counter = 0;
    const pick = (count: number): number => Math.floor(share(counter++) * count);
    let parent = living[pick(living.length)];
    for (let drawn = 1; drawn < tournament; drawn++) {
      const rival = living[pick(living.length)];
      if (rival.reward > parent.reward) parent = rival;
    }
    for (;;) {
      const [name, values] = dimensions[pick(dimensions.length)];
      const others = values.filter((value) => value !== parent.configuration[name]);
      const mutated = { ...parent.configuration, [name]: others[pick(others.length)] };
      if (space.constraints.every(({ holds }) => holds(mutated))) return mutated;
    }
  };
  return {
    name: 'evolution',
    ask: () => {
      const missing = population - living.length;
      return Promise.resolve(
        Array.from({ length: missing > 0 ? Math.min(missing, batch) : batch }, missing > 0 ? draw : child),
      );
    },
    tell: (rewarded) => {
      living.push(...rewarded);
      living.splice(0, Math.max(0, living.length - population));
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  };
}
