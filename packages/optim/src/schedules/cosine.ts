import { requireOptions } from '../require-options.ts';
import { byTime, type TimeOptions } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/**
 * Half a cosine from the base to `minLr` (0 by default) over `iterations`, by default the whole run; the minimum after that. Counts steps unless
 * `unit` says otherwise. arXiv:1608.03983
 */
export function cosine(
  options: TimeOptions & { readonly iterations?: number; readonly minLr?: number } = {},
): Schedule {
  const { minLr = 0, unit = 'step', iterations = 1 } = options;
  requireOptions('cosine', { minLr, iterations }, { minLr: [0, Infinity], iterations: { above: 0 } });
  return byTime('cosine', { ...options, unit }, (base, time, end) => {
    const share = Math.min(time / (options.iterations ?? end), 1);
    return minLr + ((base - minLr) * (1 + Math.cos(Math.PI * share))) / 2;
  });
}
