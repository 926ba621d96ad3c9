import { requireOptions } from '../require-options.ts';
import type { Schedule } from './schedule.ts';

/** As those of `torch.optim.lr_scheduler.OneCycleLR`, over the whole run; `anneal` is by default `cosine`. */
export interface OneCycleOptions {
  readonly maxLr: number;
  /** Share of the run in which the rate rises. Default 0.3. */
  readonly risingShare?: number;
  /** The first rate is maxLr / this. Default 25. */
  readonly divFactor?: number;
  /** The last rate is the first / this. Default 1e4. */
  readonly finalDivFactor?: number;
  readonly anneal?: 'cosine' | 'linear';
  /**
   * Momentum goes from the larger to the smaller and back, for optimizers that have one: `momentum` above 0, or else `beta1`. Default [0.85, 0.95]; null leaves
   * it alone.
   */
  readonly momentum?: readonly [number, number] | null;
}

/** The hyper-parameter that is a momentum; an optimizer whose momentum is 0 keeps no velocity. */
function momentumOf(base: Readonly<Record<string, number>>): 'momentum' | 'beta1' | undefined {
  if (Object.hasOwn(base, 'momentum') && base.momentum > 0) return 'momentum';
  return Object.hasOwn(base, 'beta1') ? 'beta1' : undefined;
}

/** One cycle over the whole run, as PyTorch's OneCycleLR (two phases). arXiv:1708.07120 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const {
    maxLr,
    risingShare = 0.3,
    divFactor = 25,
    finalDivFactor = 1e4,
    anneal = 'cosine',
    momentum = [0.85, 0.95],
  } = options;
  requireOptions(
    'oneCycle',
    { maxLr, risingShare, divFactor, finalDivFactor, anneal },
    {
      maxLr: [0, Infinity],
      risingShare: [0, 1],
      divFactor: { above: 0 },
      finalDivFactor: { above: 0 },
      anneal: { oneOf: ['cosine', 'linear'] },
    },
    momentum === null || (0 <= momentum[0] && momentum[0] <= momentum[1] && momentum[1] < 1)
      ? []
      : ['momentum must be two numbers in [0, 1), the smaller first'],
  );
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
      const cycled = momentumOf(base);
      if (momentum === null || cycled === undefined) return { lr };
      const [low, high] = momentum;
      return { lr, [cycled]: rising ? between(high, low, share) : between(low, high, share) };
    },
  };
}
