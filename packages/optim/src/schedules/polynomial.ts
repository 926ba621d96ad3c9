import { requireOptions } from '../require-options.ts';
import { byTime, type TimeOptions } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/** `base * (1 - min(time, iterations) / iterations) ^ power`; `iterations` is the whole run and `power` 1 by default (PolynomialLR). */
export function polynomialLr(
  options: TimeOptions & { readonly iterations?: number; readonly power?: number } = {},
): Schedule {
  const { power = 1 } = options;
  requireOptions(
    'polynomialLr',
    { iterations: 1, power, ...options },
    { iterations: { above: 0 }, power: [0, Infinity] },
  );
  return byTime('polynomial', options, (base, time, end) => {
    const iterations = options.iterations ?? end;
    return base * (1 - Math.min(time, iterations) / iterations) ** power;
  });
}
