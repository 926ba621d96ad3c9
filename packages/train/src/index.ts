export { train } from './train.ts';
export {
  resolveData,
  type EarlyStopping,
  type RunStorage,
  type TrainData,
  type TrainOptions,
  type TrainResult,
} from './train-options.ts';
export { identityOf, targetOf } from './run-identity.ts';
export {
  createTrainer,
  type Batch,
  type EmaOptions,
  type Evaluation,
  type StepResult,
  type Trainer,
  type TrainerOptions,
} from './trainer.ts';
export { evaluate, type EvaluateOptions, type EvaluationResult } from './evaluate.ts';
export { accuracy, argmax, confusion, topK, type Metric, type MetricBatch } from './metrics.ts';
export type { MetricValues, TrainEvent, TrainListener } from './events.ts';
export {
  deserializeCheckpoint,
  matchCheckpoint,
  serializeCheckpoint,
  type Checkpoint,
  type MatchOptions,
  type RunIdentity,
  type RunState,
} from './checkpoint.ts';
export {
  buildAccumulatedUpdate,
  buildAccumulation,
  buildTrainingStep,
  TRAINING_NAMES,
  type TrainingGraphOptions,
} from './training-graph.ts';
export { freeze } from './freeze.ts';
export { findBadNode, type BadNode } from './find-bad-node.ts';
export { createPredictor, type Predictor, type PredictorOptions } from './predictor.ts';
export { modelOf, predict, type PredictOptions, type Prediction } from './predict.ts';
