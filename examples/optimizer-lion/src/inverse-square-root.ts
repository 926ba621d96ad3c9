// The schedule of the first transformers: a linear rise, then 1 / sqrt(step). arXiv:1706.03762

import type { Schedule } from '@netwright/optim';

export interface InverseSquareRootOptions {
  /** Steps until the optimizer's learning rate is reached, at least 1. Default 100. */
  readonly warmup?: number;
}

/** `lr * min(s / warmup, sqrt(warmup / s))` in step s, from 1. */
export function inverseSquareRoot(options: InverseSquareRootOptions = {}): Schedule {
  const { warmup = 100 } = options;
  return {
    name: 'inverseSquareRoot',
    options: { warmup },
    initial: {},
    at({ step }, base) {
      const s = step + 1;
      return { lr: base.lr * Math.min(s / warmup, Math.sqrt(warmup / s)) };
    },
  };
}
