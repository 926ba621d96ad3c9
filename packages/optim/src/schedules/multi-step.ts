import { requireOptions } from '../require-options.ts';
import { byTime, type TimeOptions } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/** Multiplies by `gamma` (0.1 by default) at each milestone (MultiStepLR). */
export function multiStepLr(
  options: TimeOptions & { readonly milestones: number | readonly number[]; readonly gamma?: number },
): Schedule {
  const { gamma = 0.1 } = options;
  const milestones = [options.milestones].flat();
  requireOptions(
    'multiStepLr',
    { ...options, gamma },
    { gamma: [0, Infinity] },
    milestones.every((milestone) => milestone >= 0) ? [] : ['milestones must be numbers and not negative'],
  );
  return byTime(
    'multiStep',
    options,
    (base, time) => base * gamma ** milestones.filter((milestone) => milestone <= time).length,
  );
}
