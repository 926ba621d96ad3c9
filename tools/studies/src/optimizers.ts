// Every first-order optimizer on one small ResNet and MNIST: equal steps, each at the learning rate that is best on a validation part, falling to zero
// along a cosine: at a constant rate the last few steps decide the result.

import { resnet } from '@netwright/arch-resnet';
import { BUILT_IN, create } from '@netwright/cli';
import type { Backend } from '@netwright/compiler';
import { computeStatistics, normalize, splitDataset, take, type Dataset, type Transform } from '@netwright/data';
import { mnist } from '@netwright/data-mnist';
import { crossEntropy } from '@netwright/ir';
import { cosine, type Optimizer } from '@netwright/optim';
import { accuracy, train } from '@netwright/train';

export interface OptimizerStudyOptions {
  readonly backend: Backend;
  /** Names of built-in optimizers. Default all that train a network of this size. */
  readonly optimizers: readonly string[];
  /** Updates of every run. */
  readonly steps: number;
  readonly batchSize: number;
  /** Runs at the chosen learning rate, with seeds 1, 2, ... */
  readonly seeds: number;
  readonly learningRates: readonly number[];
  /** Most images that a run is measured on. Default all. */
  readonly evaluated?: number;
  readonly onRun?: (text: string) => void;
}

export interface Measured {
  /** Mean over the test images. */
  readonly loss: number;
  readonly accuracy: number;
}

export interface OptimizerRow {
  readonly optimizer: string;
  readonly lr: number;
  readonly runs: readonly Measured[];
}

interface Data {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
  readonly transforms: readonly Transform[];
}

/** Optimizers that need the exact Hessian refuse networks of this size. */
export const STUDIED = Object.keys(BUILT_IN.optimizers).filter((name) => name !== 'newton' && name !== 'newtonCg');

export async function studyOptimizers(options: OptimizerStudyOptions): Promise<readonly OptimizerRow[]> {
  const data = await loadData(options);
  const rows: OptimizerRow[] = [];
  for (const optimizer of options.optimizers) {
    const lr = await tune(optimizer, data, options);
    const runs: Measured[] = [];
    for (let seed = 1; seed <= options.seeds; seed++) {
      const run = await measure(optimizer, lr, seed, data, data.test, options);
      options.onRun?.(`${optimizer} lr ${String(lr)} seed ${String(seed)}: test ${describe(run)}`);
      runs.push(run);
    }
    rows.push({ optimizer, lr, runs });
  }
  return rows;
}

/** As Markdown: means, and the largest distance of a seed from the mean. */
export function tableOf(rows: readonly OptimizerRow[]): string {
  const lines = rows.map(({ optimizer, lr, runs }) => {
    const cell = (key: keyof Measured, digits: number): string => {
      const values = runs.map((run) => run[key]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const spread = Math.max(...values.map((value) => Math.abs(value - mean)));
      return `${mean.toFixed(digits)} ± ${spread.toFixed(digits)}`;
    };
    return `| ${optimizer} | ${String(lr)} | ${cell('accuracy', 4)} | ${cell('loss', 4)} |`;
  });
  return ['| optimizer | learning rate | test accuracy | test loss |', '| --- | --- | --- | --- |', ...lines].join(
    '\n',
  );
}

async function loadData({ steps, batchSize, evaluated = Infinity }: OptimizerStudyOptions): Promise<Data> {
  const source = await mnist().load();
  const { train: rest, validation } = await splitDataset(source.train, { validation: 5000, seed: 0 });
  const used = take(rest, Math.min(steps * batchSize, rest.length));
  return {
    train: used,
    validation: take(validation, Math.min(evaluated, validation.length)),
    test: take(source.test, Math.min(evaluated, source.test.length)),
    transforms: [normalize(await computeStatistics(used))],
  };
}

/** The best of the given rates; where that is the highest or the lowest, rates beyond it are tried too, until none is better. */
async function tune(optimizer: string, data: Data, options: OptimizerStudyOptions): Promise<number> {
  const validationLoss = async (lr: number): Promise<number> => {
    const run = await measure(optimizer, lr, 0, data, data.validation, options);
    options.onRun?.(`${optimizer} lr ${String(lr)}: validation ${describe(run)}`);
    return run.loss;
  };
  let best = { lr: options.learningRates[0], loss: Infinity };
  for (const lr of options.learningRates) {
    const loss = await validationLoss(lr);
    if (loss < best.loss) best = { lr, loss };
  }
  const edges = [
    { lr: Math.max(...options.learningRates), factor: 3 },
    { lr: Math.min(...options.learningRates), factor: 1 / 3 },
  ];
  for (const { lr: edge, factor } of edges) {
    for (let lr = edge; best.lr === lr;) {
      lr = Number((lr * factor).toPrecision(1));
      const loss = await validationLoss(lr);
      if (loss < best.loss) best = { lr, loss };
    }
  }
  return best.lr;
}

/** One run; a diverged one has an infinite loss and no accuracy. */
async function measure(
  name: string,
  lr: number,
  seed: number,
  data: Data,
  evaluated: Dataset,
  { backend, batchSize }: OptimizerStudyOptions,
): Promise<Measured> {
  const optimizer: Optimizer = create('optimizer', BUILT_IN.optimizers, { name, options: { lr } });
  try {
    const { trainer, test } = await train({
      model: resnet('cifar_resnet8', { imageSize: 28, channels: 1, width: 8 }),
      data: { name: 'mnist', train: data.train, test: evaluated },
      backend,
      optimizer,
      schedule: cosine(),
      loss: crossEntropy(),
      metrics: [accuracy()],
      batchSize,
      seed,
      transforms: data.transforms,
      evaluationTransforms: data.transforms,
    });
    await trainer.dispose();
    if (test === undefined) throw new TypeError('the study measures on a part of the data');
    return { loss: test.loss, accuracy: test.accuracy };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'train.nonFinite')
      return { loss: Infinity, accuracy: 0 };
    throw error;
  }
}

function describe({ loss, accuracy: share }: Measured): string {
  return `loss ${loss.toFixed(4)}, accuracy ${share.toFixed(4)}`;
}
