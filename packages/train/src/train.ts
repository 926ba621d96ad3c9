// The training loop: epochs over batches, schedule, validation, checkpoints, early stopping.

import type { TensorData } from '@netwright/compiler';
import { batchesPerEpoch, createBatches } from '@netwright/data';
import { crossEntropy, isNetwrightError, NetwrightError } from '@netwright/ir';
import { constantLr, type Schedule } from '@netwright/optim';
import { matchCheckpoint, type RunState } from './checkpoint.ts';
import { evaluate, type EvaluationResult } from './evaluate.ts';
import type { MetricValues, TrainEvent, TrainListener } from './events.ts';
import { accuracy, type Metric } from './metrics.ts';
import { checkData, checkTarget, identityOf, targetOf } from './run-identity.ts';
import { resolveData, type LoadedOptions, type TrainOptions, type TrainResult } from './train-options.ts';
import { createTrainer, type StepResult, type Trainer } from './trainer.ts';

/**
 * Trains a model: any backend, optimizer and architecture. The result's trainer holds the weights; dispose of it when done.
 *
 * @throws NetwrightError `train.nonFinite` (parameters are then those before the bad step, and the last checkpoint is kept), `train.data` when the
 *   data does not fit the model, `train.target` when a checkpoint is of another target, `checkpoint.model` when it is of another run.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const run = new TrainingRun(await resolveData(options));
  return run.execute();
}

class TrainingRun {
  private readonly options: LoadedOptions;
  private readonly metrics: readonly Metric[];
  private readonly schedule: Schedule;
  private readonly epochs: number;
  private readonly batchSize: number;
  private readonly stepsPerEpoch: number;
  private readonly listeners: readonly TrainListener[];
  private state: RunState;
  private best: ReadonlyMap<string, TensorData> | undefined;
  private lastCheckpoint = performance.now();
  private readonly started = performance.now();
  private firstStep = 0;

  constructor(options: LoadedOptions) {
    this.options = options;
    this.metrics = options.metrics ?? [accuracy()];
    this.schedule = options.schedule ?? constantLr();
    this.epochs = options.epochs ?? 1;
    this.batchSize = options.batchSize ?? 64;
    this.stepsPerEpoch = batchesPerEpoch(options.data.train.length, { batchSize: this.batchSize });
    this.listeners = options.on === undefined ? [] : typeof options.on === 'function' ? [options.on] : options.on;
    this.state = {
      step: 0,
      cursor: { epoch: 0, position: 0 },
      epoch: this.emptyEpoch(),
      schedule: this.schedule.initial,
      best: null,
      sinceBest: 0,
      metricsOffset: options.storage?.metricsOffset() ?? 0,
    };
    checkData(options);
  }

  async execute(): Promise<TrainResult> {
    const trainer = await createTrainer({ ...this.options, loss: this.options.loss ?? crossEntropy() });
    try {
      await this.begin(trainer);
      const { interrupted, validation } = await this.runEpochs(trainer);
      if (!interrupted) await this.settleWeights(trainer);
      const evaluation = interrupted ? undefined : await this.finalEvaluation(trainer);
      const test = this.options.data.test === undefined ? undefined : evaluation?.values;
      const seconds = (performance.now() - this.started) / 1000;
      await this.emit({ kind: 'end', step: this.state.step, epoch: this.state.cursor.epoch, seconds, test });
      return {
        trainer,
        steps: this.state.step,
        epochs: this.state.cursor.epoch,
        best: this.state.best,
        validation,
        test,
        evaluation,
        interrupted,
        bestEntries: this.best,
      };
    } catch (error) {
      await trainer.dispose();
      throw error;
    }
  }

  /** Leaves the weights that the run ends with: the best, the averages, or the last. */
  private async settleWeights(trainer: Trainer): Promise<void> {
    const { restoreBest, earlyStopping, ema } = this.options;
    if ((restoreBest ?? earlyStopping !== undefined) && this.best !== undefined) await trainer.restore(this.best);
    else if (ema !== undefined) await trainer.restore(await trainer.weights());
  }

  private async begin(trainer: Trainer): Promise<void> {
    const { resume, weights } = this.options;
    if (resume !== undefined) {
      checkTarget(resume, this.options);
      const identity = identityOf(this.options, trainer);
      const { state, best, entries } = matchCheckpoint(resume, trainer.graph, identity, this.options);
      this.state =
        resume.identity.schedule === identity.schedule ? state : { ...state, schedule: this.schedule.initial };
      this.best = best;
      this.firstStep = state.step;
      await trainer.restore(entries, state.step);
    } else if (weights !== undefined) await trainer.restore(weights);
    await this.emit({
      kind: 'start',
      run: trainer.model.name,
      epochs: this.epochs,
      stepsPerEpoch: this.stepsPerEpoch,
      totalSteps: this.stepsPerEpoch * this.epochs,
      firstStep: this.state.step,
      report: await trainer.report(Math.min(this.batchSize, this.options.data.train.length)),
    });
    // From the first moment on there is something to resume from.
    if (resume === undefined) await this.writeCheckpoint(trainer);
  }

  private async runEpochs(
    trainer: Trainer,
  ): Promise<{ readonly interrupted: boolean; readonly validation: MetricValues | undefined }> {
    let validation: MetricValues | undefined;
    while (this.state.cursor.epoch < this.epochs && !this.patienceIsOver()) {
      const epochStart = performance.now();
      if (await this.runBatches(trainer)) return { interrupted: true, validation };
      validation = await this.finishEpoch(trainer, epochStart);
      await this.checkpointIfDue(trainer);
    }
    if (this.patienceIsOver()) {
      const { best } = this.state;
      await this.emit({
        kind: 'earlyStop',
        epoch: this.state.cursor.epoch,
        bestEpoch: best?.epoch ?? 0,
        metric: this.monitored().name,
        value: best?.value ?? NaN,
      });
    }
    return { interrupted: false, validation };
  }

  /** Asked before every epoch rather than after, so that a run resumed from its last checkpoint stops where it would have. */
  private patienceIsOver(): boolean {
    const stopping = this.options.earlyStopping;
    return stopping !== undefined && this.state.sinceBest > stopping.patience;
  }

  /** Steps to the end of the epoch; true when interrupted. */
  private async runBatches(trainer: Trainer): Promise<boolean> {
    const { data, transforms = [], seed = 0, signal } = this.options;
    const batches = createBatches(data.train, {
      batchSize: this.batchSize,
      seed,
      shuffle: true,
      transforms,
      cursor: this.state.cursor,
    });
    for await (const batch of batches) {
      const stepStart = performance.now();
      const hyper = this.schedule.at(
        { step: this.state.step, stepsPerEpoch: this.stepsPerEpoch, totalSteps: this.stepsPerEpoch * this.epochs },
        this.options.optimizer.hyper,
        this.state.schedule,
      );
      const result = await this.step(trainer, batch, hyper);
      await this.record(trainer, batch.labels, result, hyper, performance.now() - stepStart);
      this.state = { ...this.state, cursor: batch.cursor };
      if (batch.cursor.position === 0) break;
      await this.checkpointIfDue(trainer);
      if (signal?.aborted === true) {
        await this.writeCheckpoint(trainer);
        return true;
      }
    }
    return false;
  }

  private async step(
    trainer: Trainer,
    batch: { readonly images: Float32Array; readonly labels: Int32Array; readonly indices: Int32Array },
    hyper: Readonly<Record<string, number>>,
  ): Promise<StepResult> {
    try {
      return await trainer.step(batch, hyper);
    } catch (error) {
      if (!isNetwrightError(error, 'train.nonFinite')) throw error;
      const samples = [...batch.indices.subarray(0, 8)].join(', ');
      const { epoch, position } = this.state.cursor;
      const { code, operation, scope, expected, received, reasons, hint } = error;
      const place = `batch at position ${String(position)} of epoch ${String(epoch + 1)}: samples ${samples}, ...`;
      throw new NetwrightError({
        code,
        operation,
        scope,
        expected,
        received,
        reasons: [...reasons, place],
        hint,
        cause: error,
      });
    }
  }

  private async record(
    trainer: Trainer,
    labels: Int32Array,
    result: StepResult,
    hyper: Readonly<Record<string, number>>,
    milliseconds: number,
  ): Promise<void> {
    const batch = { logits: result.logits, labels, classes: trainer.model.classes };
    const { epoch } = this.state;
    const step = this.state.step + 1;
    const epochNumber = this.state.cursor.epoch + 1;
    this.state = {
      ...this.state,
      step,
      epoch: {
        lossSum: epoch.lossSum + result.loss * labels.length,
        samples: epoch.samples + labels.length,
        metrics: this.metrics.map((metric, index) => metric.add(epoch.metrics[index], batch)),
      },
    };
    const metrics = Object.fromEntries(
      this.metrics.map((metric) => [metric.name, metric.value(metric.add(metric.initial(batch.classes), batch))]),
    );
    const learningRate = hyper.lr ?? this.options.optimizer.hyper.lr;
    await this.log({
      kind: 'step',
      step,
      epoch: epochNumber,
      loss: result.loss,
      ...metrics,
      learningRate,
      gradientNorm: result.gradientNorm,
    });
    await this.emit({
      kind: 'step',
      step,
      epoch: epochNumber,
      loss: result.loss,
      metrics,
      learningRate,
      gradientNorm: result.gradientNorm,
      samples: labels.length,
      milliseconds,
      secondsLeft: this.secondsLeft(),
    });
  }

  private async finishEpoch(trainer: Trainer, epochStart: number): Promise<MetricValues | undefined> {
    const { lossSum, samples, metrics } = this.state.epoch;
    const epoch = this.state.cursor.epoch;
    const training = {
      loss: lossSum / samples,
      ...Object.fromEntries(this.metrics.map((metric, index) => [metric.name, metric.value(metrics[index])])),
    };
    const validation = (await this.measure(trainer, 'validation'))?.values;
    const monitored = this.monitored();
    const measured: MetricValues = validation ?? training;
    const value = measured[monitored.name];
    const improved = this.improves(value, monitored.lowerIsBetter);
    if (improved) this.best = await trainer.weights();
    this.state = {
      ...this.state,
      epoch: this.emptyEpoch(),
      best: improved ? { epoch, value } : this.state.best,
      sinceBest: improved ? 0 : this.state.sinceBest + 1,
      schedule:
        this.schedule.observe?.(this.state.schedule, value, this.options.optimizer.hyper) ?? this.state.schedule,
    };
    await this.log({ kind: 'epoch', epoch, step: this.state.step, train: training, validation, best: improved });
    await this.emit({
      kind: 'epoch',
      epoch,
      step: this.state.step,
      train: training,
      validation,
      best: improved,
      milliseconds: performance.now() - epochStart,
    });
    return validation;
  }

  private async finalEvaluation(trainer: Trainer): Promise<EvaluationResult | undefined> {
    const test = await this.measure(trainer, 'test');
    if (test === undefined) return this.measure(trainer, 'validation');
    await this.log({ kind: 'test', step: this.state.step, ...test.values });
    return test;
  }

  private async measure(trainer: Trainer, split: 'validation' | 'test'): Promise<EvaluationResult | undefined> {
    const dataset = this.options.data[split];
    if (dataset === undefined) return undefined;
    return evaluate(trainer, dataset, {
      metrics: this.metrics,
      batchSize: this.options.evaluationBatchSize,
      transforms: this.options.evaluationTransforms,
      onProgress: (done, total) => this.emit({ kind: 'evaluate', split, done, total }),
    });
  }

  private monitored(): { readonly name: string; readonly lowerIsBetter: boolean } {
    const name = this.options.earlyStopping?.metric ?? this.metrics[0]?.name ?? 'loss';
    if (name === 'loss') return { name, lowerIsBetter: true };
    const metric = this.metrics.find((candidate) => candidate.name === name);
    if (metric !== undefined) return metric;
    throw new NetwrightError({
      code: 'train.metric',
      operation: 'train',
      expected: `one of loss, ${this.metrics.map((candidate) => candidate.name).join(', ')}`,
      received: name,
      hint: 'add the metric to metrics',
    });
  }

  private improves(value: number, lowerIsBetter: boolean): boolean {
    const { best } = this.state;
    if (best === null) return !Number.isNaN(value);
    const delta = this.options.earlyStopping?.minDelta ?? 0;
    return lowerIsBetter ? value < best.value - delta : value > best.value + delta;
  }

  private async checkpointIfDue(trainer: Trainer): Promise<void> {
    const { checkpointSteps, checkpointSeconds = 60 } = this.options;
    const due =
      checkpointSteps === undefined
        ? performance.now() - this.lastCheckpoint >= checkpointSeconds * 1000
        : this.state.step % checkpointSteps === 0;
    if (due) await this.writeCheckpoint(trainer);
  }

  private async writeCheckpoint(trainer: Trainer): Promise<void> {
    const { storage, backend } = this.options;
    if (storage === undefined) return;
    const start = performance.now();
    const path = await storage.writeCheckpoint({
      identity: identityOf(this.options, trainer),
      target: targetOf(backend),
      state: { ...this.state, metricsOffset: storage.metricsOffset() },
      entries: await trainer.snapshot(),
      best: this.best,
    });
    this.lastCheckpoint = performance.now();
    await this.emit({ kind: 'checkpoint', step: this.state.step, path, milliseconds: this.lastCheckpoint - start });
  }

  private secondsLeft(): number {
    const done = this.state.step - this.firstStep;
    const total = this.stepsPerEpoch * this.epochs - this.firstStep;
    return ((performance.now() - this.started) / 1000 / done) * (total - done);
  }

  private emptyEpoch(): RunState['epoch'] {
    return {
      lossSum: 0,
      samples: 0,
      metrics: this.metrics.map((metric) => metric.initial(this.options.model.classes)),
    };
  }

  private async log(line: Readonly<Record<string, unknown>>): Promise<void> {
    const seconds = (performance.now() - this.started) / 1000;
    await this.options.storage?.appendMetrics(JSON.stringify({ ...line, seconds }));
  }

  private async emit(event: TrainEvent): Promise<void> {
    for (const listener of this.listeners) await listener(event);
  }
}
