import { byTime, type TimeOptions } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/** `base * gamma ^ time` (ExponentialLR). */
export function exponentialLr(options: TimeOptions & { readonly gamma: number }): Schedule {
  return byTime('exponential', options, (base, time) => base * options.gamma ** time);
}
