// The usual trial: a network is trained for a while, and its error measured.

import type { Model } from '@netwright/arch';
import type { Backend } from '@netwright/compiler';
import type { Dataset, Transform } from '@netwright/data';
import { NetwrightError } from '@netwright/ir';
import type { Optimizer, Schedule } from '@netwright/optim';
import { accuracy, train } from '@netwright/train';
import { costOfModel } from '../spaces/cost.ts';

/** A network, the data, and how long and by what it is trained. */
export interface TrainTrialOptions {
  readonly model: Model;
  readonly backend: Backend;
  readonly seed: number;
  readonly data: { readonly name: string; readonly train: Dataset; readonly test: Dataset };
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly epochs: number;
  readonly batchSize: number;
  /** Of all images, e.g. normalization. Default none. */
  readonly transforms?: readonly Transform[];
  /** Further ones of the training images. Default none. */
  readonly augmentation?: readonly Transform[];
  readonly signal?: AbortSignal;
}

/** Error and loss on the test part, and the cost of the network on one image. */
export type TrainTrialResult = {
  /** Share of the test images that are classified wrongly. */
  readonly error: number;
  readonly loss: number;
  readonly parameters: number;
  readonly macs: number;
  readonly activations: number;
};

/**
 * Trains and measures. Errors are those of `train`, `train.nonFinite` among them.
 *
 * @throws NetwrightError `sweep.interrupted` when the signal stopped it.
 */
export async function trainTrial(options: TrainTrialOptions): Promise<TrainTrialResult> {
  const { model, data, transforms = [], augmentation = [], signal, ...rest } = options;
  const cost = costOfModel(model);
  const { trainer, test, interrupted } = await train({
    ...rest,
    model,
    data,
    metrics: [accuracy()],
    transforms: [...transforms, ...augmentation],
    evaluationTransforms: transforms,
    ...(signal === undefined ? {} : { signal }),
  });
  await trainer.dispose();
  if (interrupted || test === undefined) {
    throw new NetwrightError({
      code: 'sweep.interrupted',
      operation: 'trainTrial',
      scope: model.name,
      expected: 'a run to the end',
      received: 'a signal to stop',
    });
  }
  return { error: 1 - test.accuracy, loss: test.loss, ...cost };
}
