import { requireOptions } from '../require-options.ts';
import { byTime, type TimeOptions } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/** Cosine annealing that starts again after `period`, each period `multiplier` (1 by default) times as long. arXiv:1608.03983 */
export function cosineWarmRestarts(
  options: TimeOptions & { readonly period: number; readonly multiplier?: number; readonly minLr?: number },
): Schedule {
  requireOptions(
    'cosineWarmRestarts',
    { multiplier: 1, ...options },
    { period: [1, Infinity], multiplier: [1, Infinity] },
  );
  const { multiplier = 1, minLr = 0 } = options;
  return byTime('cosineWarmRestarts', options, (base, time) => {
    let { period } = options;
    let since = time;
    while (since >= period) {
      since -= period;
      period *= multiplier;
    }
    return minLr + ((base - minLr) * (1 + Math.cos((Math.PI * since) / period))) / 2;
  });
}
