// Loss, metrics and predictions over a whole dataset, in inference mode.

import type { Model } from '@netwright/arch';
import { createBatches, type Dataset, type Transform } from '@netwright/data';
import { NetwrightError } from '@netwright/ir';
import type { MetricValues } from './events.ts';
import { accuracy, type Metric } from './metrics.ts';
import type { Predictor } from './predictor.ts';

/** What is measured, and how the samples are fed. */
export interface EvaluateOptions {
  /** Default accuracy. */
  readonly metrics?: readonly Metric[] | undefined;
  /** Default 256. */
  readonly batchSize?: number | undefined;
  /** Applied to the images, e.g. normalization. */
  readonly transforms?: readonly Transform[] | undefined;
  readonly onProgress?: (done: number, total: number) => void | Promise<void>;
}

/** What was measured, and the predictions that it was measured on, in the order of the data set. */
export interface EvaluationResult {
  /** Mean loss as `loss`, and every metric by name. */
  readonly values: MetricValues;
  /** States of the metrics, in their order, e.g. the counts of a confusion matrix. */
  readonly states: readonly (readonly number[])[];
  /** Predictions, row-major [samples, classes]. */
  readonly logits: Float32Array;
  readonly labels: Int32Array;
}

/**
 * Measures a trainer's or predictor's model on a dataset, in the dataset's order.
 *
 * @throws NetwrightError `evaluate.data` when the images are of another size, there are none, or there are more classes than the model has.
 */
export async function evaluate(
  trainer: Pick<Predictor, 'evaluate' | 'model'>,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<EvaluationResult> {
  const { metrics = [accuracy()], batchSize = 256, transforms = [], onProgress } = options;
  const { classes } = trainer.model;
  requireFit(trainer.model, dataset);
  const logits = new Float32Array(dataset.length * classes);
  const labels = new Int32Array(dataset.length);
  let states = metrics.map((metric) => metric.initial(classes));
  let lossSum = 0;
  let done = 0;
  for await (const batch of createBatches(dataset, { batchSize, shuffle: false, transforms })) {
    const result = await trainer.evaluate(batch);
    lossSum += result.loss * batch.labels.length;
    states = metrics.map((metric, index) =>
      metric.add(states[index], { logits: result.logits, labels: batch.labels, classes }),
    );
    logits.set(result.logits, done * classes);
    labels.set(batch.labels, done);
    done += batch.labels.length;
    await onProgress?.(done, dataset.length);
  }
  const values = {
    loss: lossSum / done,
    ...Object.fromEntries(metrics.map((metric, index) => [metric.name, metric.value(states[index])])),
  };
  return { values, states, logits, labels };
}

function requireFit({ name, inputShape, classes }: Model, dataset: Dataset): void {
  const same = dataset.shape.every((dim, axis) => dim === inputShape[axis]);
  if (same && dataset.length > 0 && dataset.classes.length <= classes) return;
  throw new NetwrightError({
    code: 'evaluate.data',
    operation: 'evaluate',
    scope: name,
    expected: `images of ${inputShape.join(' x ')} in at most ${String(classes)} classes`,
    received: `${dataset.name}: ${String(dataset.length)} images of ${dataset.shape.join(' x ')} in ${String(dataset.classes.length)} classes`,
    hint: 'measure the model on data like that which it was trained on',
  });
}
