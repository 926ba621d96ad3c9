// A listener of training events.

import type { TrainListener } from '@netwright/train';

export interface LearningRates {
  /** To be given to `train` as `on`. */
  readonly listener: TrainListener;
  /** One for each step so far. */
  readonly rates: readonly number[];
}

/** Keeps the learning rate of every step. */
export function recordLearningRates(): LearningRates {
  const rates: number[] = [];
  const listener: TrainListener = (event) => {
    if (event.kind === 'step') rates.push(event.learningRate);
  };
  return { listener, rates };
}
