// What every search is: it proposes points of a space, and is told their rewards.

import { NetwrightError } from '@netwright/ir';
import type { Configuration, Space } from '../spaces/space.ts';

/** A point of the space with what it is worth; more is better. */
export interface Rewarded {
  readonly configuration: Configuration;
  readonly reward: number;
}

/** A pure function of its options and of what it is told. */
export interface Searcher {
  readonly name: string;
  /** The points whose rewards it wants next; some may have occurred before. */
  ask(): Promise<readonly Configuration[]>;
  /** Their rewards, in the same order. */
  tell(rewarded: readonly Rewarded[]): Promise<void>;
  dispose(): Promise<void>;
}

/** A point in the order of evaluation. */
export interface Evaluation extends Rewarded {
  /** Largest reward so far. */
  readonly best: number;
}

/** Who proposes, who judges, and how many points there are to spend. */
export interface SearchOptions {
  readonly searcher: Searcher;
  /** Different points to evaluate. */
  readonly budget: number;
  /** Rewards of points that have not occurred before, in order. */
  evaluate(configurations: readonly Configuration[]): Promise<readonly number[]>;
  readonly onEvaluations?: (evaluations: readonly Evaluation[]) => void;
}

/** Proposals in a row without a new point after which a search that repeats itself ends. */
const MOST_REPEATS = 20;

/** Asks, evaluates and tells until the budget is spent; repeated points cost nothing. Ends early where the search only repeats itself. */
export async function runSearch({
  searcher,
  budget,
  evaluate,
  onEvaluations,
}: SearchOptions): Promise<readonly Evaluation[]> {
  const known = new Map<string, number>();
  const evaluations: Evaluation[] = [];
  for (let repeats = 0; evaluations.length < budget && repeats < MOST_REPEATS;) {
    const asked = await searcher.ask();
    const fresh = new Map(asked.filter((one) => !known.has(keyOf(one))).map((one) => [keyOf(one), one]));
    const taken = [...fresh.values()].slice(0, budget - evaluations.length);
    repeats = taken.length === 0 ? repeats + 1 : 0;
    const rewards = taken.length === 0 ? [] : await evaluate(taken);
    taken.forEach((configuration, index) => {
      const reward = rewards[index];
      known.set(keyOf(configuration), reward);
      const best = Math.max(reward, evaluations.at(-1)?.best ?? -Infinity);
      evaluations.push({ configuration, reward, best });
    });
    onEvaluations?.(evaluations);
    const told = asked.flatMap((configuration) => {
      const reward = known.get(keyOf(configuration));
      return reward === undefined ? [] : [{ configuration, reward }];
    });
    await searcher.tell(told);
  }
  return evaluations;
}

/** How cost counts beside accuracy, as in MnasNet: accuracy * (cost / target)^exponent. arXiv:1807.11626 */
export interface CostWeight {
  /** Multiply-adds (say) at which accuracy counts as it is. */
  readonly target: number;
  /** Of cost over target; MnasNet's is -0.07. */
  readonly exponent: number;
}

/** Accuracy, or accuracy times a power of the cost: arXiv:1807.11626, section 3.1. */
export function rewardOf(accuracy: number, cost: number, weight?: CostWeight): number {
  return weight === undefined ? accuracy : accuracy * (cost / weight.target) ** weight.exponent;
}

/** @throws NetwrightError `nas.space` for a space with a dimension that is no list of values. */
export function requireChoices(space: Space): readonly (readonly [string, readonly Configuration[string][]])[] {
  return Object.entries(space.dimensions).map(([name, dimension]) => {
    if (dimension.kind === 'choice') return [name, dimension.values] as const;
    throw new NetwrightError({
      code: 'nas.space',
      operation: 'search',
      scope: space.name,
      expected: 'a space whose dimensions are lists of values',
      received: `a range: ${name}`,
    });
  });
}

function keyOf(configuration: Configuration): string {
  return JSON.stringify(configuration);
}
