// What a run and its checkpoint must have in common, and what data and model must.

import type { Backend } from '@netwright/compiler';
import { NetwrightError, structuralHash } from '@netwright/ir';
import { constantLr } from '@netwright/optim';
import type { Checkpoint, RunIdentity } from './checkpoint.ts';
import { accuracy } from './metrics.ts';
import type { LoadedOptions, TrainOptions } from './train-options.ts';
import type { Trainer } from './trainer.ts';

/** What identifies a run of these options; a checkpoint is only continued when it is the same. */
export function identityOf(options: LoadedOptions, trainer: Trainer): RunIdentity {
  const { model, optimizer, data, schedule = constantLr(), transforms = [], metrics = [accuracy()] } = options;
  return {
    model: model.name,
    network: structuralHash(trainer.modelGraph),
    graph: structuralHash(trainer.graph),
    optimizer: `${optimizer.name}${JSON.stringify(optimizer.options)}`,
    schedule: `${schedule.name}${JSON.stringify(schedule.options ?? {})}`,
    transforms: JSON.stringify(transforms.map(({ name, options: settings }) => ({ name, ...settings }))),
    metrics: metrics.map(({ name }) => name).join(', '),
    data: data.name,
    samples: data.train.length,
    batchSize: options.batchSize ?? 64,
    accumulate: options.accumulate ?? 1,
    ema: JSON.stringify(options.ema ?? null),
    epochs: options.epochs ?? 1,
    seed: options.seed ?? 0,
  };
}

/** The resolved backend and target by which a checkpoint is matched. */
export function targetOf(backend: Backend): string {
  return `${backend.name}:${backend.target}`;
}

/** @throws NetwrightError `train.target` when the checkpoint is of another backend or target, unless that is allowed. */
export function checkTarget(checkpoint: Checkpoint, { backend, allowTargetChange = false }: TrainOptions): void {
  const target = targetOf(backend);
  if (checkpoint.target === target || allowTargetChange) return;
  throw new NetwrightError({
    code: 'train.target',
    operation: 'resume',
    expected: checkpoint.target,
    received: target,
    hint: 'use the same backend and target, or allow the change (allowTargetChange); results may then differ in the last bits',
  });
}

/** @throws NetwrightError `train.data` when the data does not fit the model. */
export function checkData({ model, data }: LoadedOptions): void {
  const reasons = [data.train, data.validation, data.test].flatMap((dataset) => {
    if (dataset === undefined) return [];
    const same = dataset.shape.every((dim, axis) => dim === model.inputShape[axis]);
    return [
      ...(same ? [] : [`${dataset.name} has images of ${dataset.shape.join(' x ')}`]),
      ...(dataset.classes.length > model.classes
        ? [`${dataset.name} has ${String(dataset.classes.length)} classes`]
        : []),
    ];
  });
  if (data.train.length === 0) reasons.push('the training data is empty');
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'train.data',
    operation: 'train',
    scope: model.name,
    expected: `images of ${model.inputShape.join(' x ')} in ${String(model.classes)} classes`,
    received: data.name,
    reasons,
    hint: 'build the model with the imageSize, channels and classes of the data',
  });
}
