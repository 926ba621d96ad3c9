import { requireOptions } from '../require-options.ts';
import type { Progress, Schedule } from './schedule.ts';

/** A linear rise to what the wrapped schedule says. */
export interface WarmupOptions {
  /** Steps of warm-up, or a share of the run when below 1. */
  readonly steps: number;
  /** Factor at the first step. Default 1/3, PyTorch's LinearLR. */
  readonly startFactor?: number;
}

/** Raises the learning rate linearly from `startFactor` of the base to the base, then follows `schedule`, whose steps count from there. */
export function warmup({ steps, startFactor = 1 / 3 }: WarmupOptions, schedule: Schedule): Schedule {
  requireOptions('warmup', { steps, startFactor }, { steps: { above: 0 }, startFactor: [0, 1] });
  return {
    name: `warmup+${schedule.name}`,
    options: { steps, startFactor, then: schedule.options ?? {} },
    initial: schedule.initial,
    at(progress, base, state) {
      const length = steps < 1 ? Math.round(steps * progress.totalSteps) : steps;
      const rest: Progress = {
        ...progress,
        step: Math.max(progress.step - length, 0),
        totalSteps: Math.max(progress.totalSteps - length, 1),
      };
      const then = schedule.at(rest, base, state);
      if (progress.step >= length) return then;
      const target = Object.hasOwn(then, 'lr') ? then.lr : base.lr;
      return { ...then, lr: target * (startFactor + ((1 - startFactor) * progress.step) / length) };
    },
    ...(schedule.observe === undefined ? {} : { observe: schedule.observe.bind(schedule) }),
  };
}
