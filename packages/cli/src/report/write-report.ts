// report.html of a run: one page that needs nothing else.

import { readFile } from 'node:fs/promises';
import type { Model } from '@netwright/arch';
import type { Dataset } from '@netwright/data';
import { summarize } from '@netwright/ir';
import { argmax, confusion, type EvaluationResult, type TrainData, type TrainResult } from '@netwright/train';
import type { RunDirectory } from '@netwright/train/node';
import { accuracyCurve, confusionMatrix, learningRateCurve, lossCurve } from './charts.ts';
import { renderPage } from './page.ts';
import { toPngUrl } from './png.ts';

export interface ReportInput {
  readonly model: Model;
  readonly data: TrainData;
  readonly result: TrainResult;
  /** The dataset of the result's evaluation. */
  readonly measured: Dataset | undefined;
  readonly seconds: number;
}

/** One line of metrics.jsonl. */
export interface MetricsLine {
  readonly kind: 'step' | 'epoch' | 'test';
  readonly step: number;
  readonly epoch: number;
  readonly loss?: number;
  readonly accuracy?: number;
  readonly learningRate?: number;
  readonly train?: Readonly<Record<string, number>>;
  readonly validation?: Readonly<Record<string, number>>;
}

export interface Misclassified {
  readonly image: string;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
}

const MOST_MISCLASSIFIED = 60;

/** Writes the report from the log of metrics and a final evaluation; gives its path. */
export async function writeReport(directory: RunDirectory, input: ReportInput): Promise<string> {
  const lines = await readMetrics(directory.file('metrics'));
  const steps = lines.filter(({ kind }) => kind === 'step');
  const epochs = lines.filter(({ kind }) => kind === 'epoch');
  const { model, measured, data } = input;
  const { evaluation } = input.result;
  const classes = data.train.classes;
  const wrong =
    evaluation === undefined || measured === undefined ? [] : await misclassified(measured, evaluation, classes);
  const page = renderPage({
    ...input,
    charts: [
      { title: 'Loss', svg: lossCurve(steps, epochs) },
      { title: 'Accuracy', svg: accuracyCurve(steps, epochs) },
      { title: 'Learning rate', svg: learningRateCurve(steps) },
    ],
    confusion:
      evaluation === undefined ? undefined : confusionMatrix(confusionCounts(evaluation, classes.length), classes),
    misclassified: wrong,
    summary: summarize(model.build(), { N: 1 }),
  });
  return directory.write('report', page);
}

async function readMetrics(file: string): Promise<readonly MetricsLine[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as MetricsLine);
}

function confusionCounts({ logits, labels }: EvaluationResult, classes: number): readonly number[] {
  const metric = confusion();
  return metric.add(metric.initial(classes), { logits, labels, classes });
}

/** Samples that were classified wrongly, those with the greatest confidence first. */
async function misclassified(
  dataset: Dataset,
  { logits, labels }: EvaluationResult,
  classes: readonly string[],
): Promise<readonly Misclassified[]> {
  const count = logits.length / labels.length;
  const wrong = [...labels.keys()].flatMap((sample) => {
    const predicted = argmax(logits, sample * count, count);
    return predicted === labels[sample]
      ? []
      : [
          {
            sample,
            predicted,
            probability: probabilityOf(logits.subarray(sample * count, (sample + 1) * count), predicted),
          },
        ];
  });
  const shown = wrong.sort((a, b) => b.probability - a.probability).slice(0, MOST_MISCLASSIFIED);
  const { images } = await dataset.read(Int32Array.from(shown, ({ sample }) => sample));
  const size = dataset.shape[0] * dataset.shape[1] * dataset.shape[2];
  return shown.map(({ sample, predicted, probability }, index) => ({
    image: toPngUrl(images.subarray(index * size, (index + 1) * size), dataset.shape),
    label: classes[labels[sample]],
    predicted: classes[predicted],
    probability,
  }));
}

function probabilityOf(logits: Float32Array, index: number): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return Math.exp(logits[index] - largest) / total;
}
