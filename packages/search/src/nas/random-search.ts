import { candidateSource } from '../spaces/sample.ts';
import type { Space } from '../spaces/space.ts';
import type { Searcher } from './searcher.ts';

/** The space, and how many points are proposed at a time. */
export interface RandomSearchOptions {
  readonly space: Space;
  /** Points of each proposal. Default 8. */
  readonly batch?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** Independent points: what every search has to beat. */
export function randomSearch({ space, batch = 8, seed = 0 }: RandomSearchOptions): Searcher {
  const draw = candidateSource(space, seed);
  return {
    name: 'random',
    ask: () => Promise.resolve(Array.from({ length: batch }, draw)),
    tell: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  };
}
