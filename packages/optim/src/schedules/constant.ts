import { requireOptions } from '../require-options.ts';
import { byTime } from './by-time.ts';
import type { Schedule } from './schedule.ts';

/**
 * The same learning rate throughout. With `iterations`, `factor` times the base before that time and the base after it (PyTorch's ConstantLR).
 *
 * @throws NetwrightError `constantLr.options` for a negative number.
 */
export function constantLr(
  options: {
    readonly lr?: number;
    readonly factor?: number;
    readonly iterations?: number;
    readonly unit?: 'epoch' | 'step';
  } = {},
): Schedule {
  const { factor = 1 / 3, iterations = 0 } = options;
  requireOptions('constantLr', { factor, iterations }, { factor: [0, Infinity], iterations: [0, Infinity] });
  return byTime('constant', options, (base, time) => (time < iterations ? base * factor : base));
}
