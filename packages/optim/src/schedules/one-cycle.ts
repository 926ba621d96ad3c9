import { requireOptions } from '../require-options.ts';
import type { Schedule } from './schedule.ts';

export interface OneCycleOptions {
  readonly maxLr: number;
  /** Share of the run in which the rate rises. Default 0.3. */
  readonly risingShare?: number;
  /** The first rate is maxLr / this. Default 25. */
  readonly divFactor?: number;
  /** The last rate is the first / this. Default 1e4. */
  readonly finalDivFactor?: number;
  readonly anneal?: 'cosine' | 'linear';
  /** Momentum goes from max to base and back, for optimizers that have one. Default [0.85, 0.95]; null leaves it alone. */
  readonly momentum?: readonly [number, number] | null;
}

/** One cycle over the whole run, as PyTorch's OneCycleLR (two phases). arXiv:1708.07120 */
export function oneCycle(options: OneCycleOptions): Schedule {
  requireOptions('oneCycle', { risingShare: 0.3, ...options }, { maxLr: [0, Infinity], risingShare: [0, 1] });
  const {
    maxLr,
    risingShare = 0.3,
    divFactor = 25,
    finalDivFactor = 1e4,
    anneal = 'cosine',
    momentum = [0.85, 0.95],
  } = options;
  const first = maxLr / divFactor;
  const between = (from: number, to: number, share: number): number =>
    anneal === 'linear' ? from + (to - from) * share : to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
  return {
    name: 'oneCycle',
    options,
    initial: {},
    at({ step, totalSteps }, base): Readonly<Record<string, number>> {
      const peak = risingShare * totalSteps - 1;
      const rising = step <= peak;
      const share = rising ? step / peak : (step - peak) / Math.max(totalSteps - 1 - peak, 1);
      const lr = rising ? between(first, maxLr, share) : between(maxLr, first / finalDivFactor, share);
      if (momentum === null || !Object.hasOwn(base, 'momentum')) return { lr };
      const [low, high] = momentum;
      return { lr, momentum: rising ? between(high, low, share) : between(low, high, share) };
    },
  };
}
