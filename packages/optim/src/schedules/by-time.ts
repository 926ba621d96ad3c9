// Schedules that multiply the base learning rate by a function of time.

import type { Progress, Schedule } from './schedule.ts';

/** From where a schedule starts, and in what it counts. */
export interface TimeOptions {
  /** Base learning rate; default the optimizer's. */
  readonly lr?: number;
  /** What time counts. Default `epoch`, as PyTorch's schedulers are used. */
  readonly unit?: 'epoch' | 'step';
}

/** Steps, or whole epochs, done so far. */
export function timeOf({ step, stepsPerEpoch }: Progress, unit: 'epoch' | 'step'): number {
  return unit === 'step' ? step : Math.floor(step / stepsPerEpoch);
}

/** A schedule of the learning rate alone: `rate(base, time, end)` with time and the run's length in the chosen unit. */
export function byTime(
  name: string,
  options: TimeOptions,
  rate: (base: number, time: number, end: number) => number,
): Schedule {
  const { lr, unit = 'epoch' } = options;
  return {
    name,
    options,
    initial: {},
    at: (progress, base) => ({
      lr: rate(
        lr ?? base.lr,
        timeOf(progress, unit),
        unit === 'step' ? progress.totalSteps : progress.totalSteps / progress.stepsPerEpoch,
      ),
    }),
  };
}
