import { requireOptions } from '../require-options.ts';
import { byTime, type TimeOptions } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/** `base * gamma ^ time` (ExponentialLR). */
export function exponentialLr(options: TimeOptions & { readonly gamma: number }): Schedule {
  requireOptions('exponentialLr', options, { gamma: [0, Infinity] });
  return byTime('exponential', options, (base, time) => base * options.gamma ** time);
}
