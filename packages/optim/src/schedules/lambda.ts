import { byTime, type TimeOptions } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/** `base * factor(time)` (LambdaLR). Counts steps unless `unit` says otherwise. */
export function lambdaLr(factor: (time: number) => number, options: TimeOptions = {}): Schedule {
  return byTime('lambda', { unit: 'step', ...options }, (base, time) => base * factor(time));
}
