// What a run of training is made of, and what it gives.

import type { Model } from '@netwright/arch';
import type { Backend, TensorData } from '@netwright/compiler';
import type { Dataset, DataSource, Transform } from '@netwright/data';
import type { Loss } from '@netwright/ir';
import type { Optimizer, Schedule } from '@netwright/optim';
import type { Checkpoint } from './checkpoint.ts';
import type { EvaluationResult } from './evaluate.ts';
import type { MetricValues, TrainListener } from './events.ts';
import type { Metric } from './metrics.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

/** The parts of a data set, by what training does with them. */
export interface TrainData {
  readonly name: string;
  readonly train: Dataset;
  /** Measured after every epoch. */
  readonly validation?: Dataset;
  /** Measured once, at the end, with the final (or restored best) weights. */
  readonly test?: Dataset;
}

/** When a run ends before its last epoch. The metric is that of the validation part, without one that of training. */
export interface EarlyStopping {
  /** Name of a metric, or `loss`; default the first metric. */
  readonly metric?: string;
  /** Epochs without improvement that are borne. */
  readonly patience: number;
  /** Least change that counts as improvement. Default 0. */
  readonly minDelta?: number;
}

/** Where checkpoints and the log of metrics go. `@netwright/train/node` has one for a directory. */
export interface RunStorage {
  /** Replaces the checkpoint, durably and at once; gives its place for display. */
  writeCheckpoint(checkpoint: Checkpoint): Promise<string>;
  /** Appends one line to the log of metrics. */
  appendMetrics(line: string): Promise<void>;
  /** Bytes in the log so far. */
  metricsOffset(): number;
}

/** A run of training. Only model, backend, data and optimizer have no default. */
export interface TrainOptions extends Omit<TrainerOptions, 'loss'> {
  readonly model: Model;
  readonly backend: Backend;
  readonly data: TrainData | DataSource;
  readonly optimizer: Optimizer;
  /** Default cross entropy. */
  readonly loss?: Loss;
  /** Default: the optimizer's constant learning rate. */
  readonly schedule?: Schedule;
  /** Default 1. */
  readonly epochs?: number;
  /** Default 64. */
  readonly batchSize?: number;
  /** Default 256. */
  readonly evaluationBatchSize?: number;
  /** Default accuracy. */
  readonly metrics?: readonly Metric[];
  /** Applied to training images, in order: normalization, augmentation. */
  readonly transforms?: readonly Transform[];
  /** Applied to validation and test images: normalization. */
  readonly evaluationTransforms?: readonly Transform[];
  /** Starting values of parameters and statistics in place of drawn ones. */
  readonly weights?: ReadonlyMap<string, TensorData>;
  readonly earlyStopping?: EarlyStopping;
  /** Whether to end with the weights of the best epoch rather than the last. Default: when there is early stopping. */
  readonly restoreBest?: boolean;
  readonly storage?: RunStorage;
  /** Seconds between checkpoints, in mid-epoch too. Default 60. */
  readonly checkpointSeconds?: number;
  /** Steps between checkpoints, in place of seconds. */
  readonly checkpointSteps?: number;
  readonly resume?: Checkpoint;
  /** Resume although the checkpoint was made on another backend or target; bits may then differ. Default false. */
  readonly allowTargetChange?: boolean;
  /**
   * Resume with another optimizer, other settings of it, or another schedule than the checkpoint's. Moments stay where only numbers differ, and start anew
   * otherwise. Default false.
   */
  readonly allowOptimizerChange?: boolean;
  readonly on?: TrainListener | readonly TrainListener[];
  /** Stops after the current step, with a checkpoint when there is a storage. */
  readonly signal?: AbortSignal;
}

/** What a run ends with. `trainer` still holds the store: dispose of it when done. */
export interface TrainResult {
  readonly trainer: Trainer;
  readonly steps: number;
  readonly epochs: number;
  readonly best: { readonly epoch: number; readonly value: number } | null;
  readonly validation: MetricValues | undefined;
  readonly test: MetricValues | undefined;
  /** Predictions on the test part, or on the validation part where there is no test part. */
  readonly evaluation: EvaluationResult | undefined;
  readonly interrupted: boolean;
  /** Parameters and statistics of the best epoch. */
  readonly bestEntries: ReadonlyMap<string, TensorData> | undefined;
}

/** Options whose data is loaded. */
export type LoadedOptions = TrainOptions & { readonly data: TrainData };

/** Loads a data source; `data` that is loaded already stays as it is. */
export async function resolveData(options: TrainOptions): Promise<LoadedOptions> {
  const { data } = options;
  return { ...options, data: 'load' in data ? { name: data.name, ...(await data.load()) } : data };
}
