import { requireOptions } from '../require-options.ts';
import { byTime, type TimeOptions } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/** `base * gamma ^ floor(time / stepSize)`; `gamma` 0.1 by default (StepLR). */
export function stepLr(options: TimeOptions & { readonly stepSize: number; readonly gamma?: number }): Schedule {
  requireOptions('stepLr', { gamma: 0.1, ...options }, { stepSize: [1, Infinity], gamma: [0, Infinity] });
  const { stepSize, gamma = 0.1 } = options;
  return byTime('step', options, (base, time) => base * gamma ** Math.floor(time / stepSize));
}
