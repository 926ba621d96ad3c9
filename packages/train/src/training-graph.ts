// One step of training as one graph: forward, loss, gradients, clipping, the optimizer's update, and the gate that keeps bad values out.

import {
  add,
  and,
  gradients,
  GraphBuilder,
  isFinite as isFiniteOp,
  mul,
  tensorType,
  where,
  zerosInit,
  type Graph,
  type Loss,
  type Tensor,
} from '@netwright/ir';
import {
  applyOptimizer,
  averageWeights,
  clipByNorm,
  clipByValue,
  globalNorm,
  hyperInputs,
  type ApplyOptimizerOptions,
  type AverageOptions,
  type Optimizer,
} from '@netwright/optim';
import { modelAtPoint } from './gradient-point.ts';

/** The parts of a training step before they are one graph. */
export interface TrainingGraphOptions {
  /** Model in training form; its first output is the prediction. */
  readonly model: Graph;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Values that replace hyper-parameters for one decay group, e.g. `{ noDecay: { weightDecay: 0 } }`. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Factor on the learning rate of one parameter; default 1. */
  readonly lrScale?: (parameter: string) => number;
  /** Largest global norm of the gradient; larger ones are scaled down to it. */
  readonly clipNorm?: number;
  /** Largest absolute value of any gradient element, after clipping by norm. */
  readonly clipValue?: number;
  /** Moving average of the weights; default none. */
  readonly ema?: AverageOptions;
}

/** Names that every training graph uses. */
export const TRAINING_NAMES = {
  target: 'target',
  loss: 'loss',
  gradientNorm: 'gradientNorm',
  finite: 'finite',
  weight: '$weight',
} as const;

const ACCUMULATED = 'accumulated/';
const BACKUP = 'backup/';

/**
 * The step in one piece. Inputs: the model's, `target`, `$hyper.*`. Outputs: the model's predictions, `loss`, `gradientNorm` (before clipping)
 * and `finite`: whether both are finite and, for second-order optimizers, the new parameters too. Where it is false every update keeps the old value.
 */
export function buildTrainingStep(options: TrainingGraphOptions): Graph {
  const { builder, hyper, loss, grads } = forwardAndBackward(options);
  const statistics = { ...builder.updates };
  const norm = globalNorm(grads);
  const finite = update(builder, options, { grads, loss, norm, hyper, gate: and(isFiniteOp(loss), isFiniteOp(norm)) });
  for (const [name, value] of Object.entries(statistics)) {
    const updated = builder.tensor(value);
    builder.update(name, where(finite, updated, leafOf(builder, name)));
  }
  if (options.ema !== undefined) averageWeights(builder, options.ema, finite);
  emitOutputs(builder, { loss, gradientNorm: norm, finite });
  return builder.finish();
}

/**
 * The part of an accumulated step that one micro-batch runs: adds `$weight` (its share of the whole batch) times its gradients. The first one
 * of a step (`$first`) starts the sums and sets the old statistics aside, so that the update can bring them back.
 */
export function buildAccumulation(options: TrainingGraphOptions): Graph {
  const { builder, loss, grads } = forwardAndBackward(options);
  const weight = builder.input(TRAINING_NAMES.weight, tensorType('f32', []));
  const first = builder.input('$first', tensorType('bool', []));
  for (const name of Object.keys(builder.updates)) {
    const current = leafOf(builder, name);
    const backup = scratchState(builder, `${BACKUP}${name}`, current.type);
    builder.update(`${BACKUP}${name}`, where(first, current, backup));
  }
  for (const [name, grad] of Object.entries(grads)) {
    const total = scratchState(builder, `${ACCUMULATED}${name}`, builder.parameters[name].type);
    const share = mul(grad, weight);
    builder.update(`${ACCUMULATED}${name}`, where(first, share, add(total, share)));
  }
  emitOutputs(builder, { loss });
  return builder.finish();
}

/**
 * The other part: clipping, the gate and the optimizer's update from the accumulated gradients. Input `loss` is that of the whole batch; where
 * it or the gradient is not finite the statistics of before the step return.
 */
export function buildAccumulatedUpdate(options: TrainingGraphOptions): Graph {
  const builder = new GraphBuilder();
  const { parameters } = options.model;
  const grads: Record<string, Tensor> = {};
  for (const [name, { type, init, trainable, group }] of Object.entries(parameters)) {
    if (!trainable) continue;
    builder.parameter(name, type.shape, { init, trainable, group });
    grads[name] = scratchState(builder, `${ACCUMULATED}${name}`, type);
  }
  const loss = builder.input(TRAINING_NAMES.loss, tensorType('f32', []));
  const hyper = hyperInputs(builder, options.optimizer);
  const norm = globalNorm(grads);
  const finite = update(builder, options, { grads, norm, hyper, gate: and(isFiniteOp(loss), isFiniteOp(norm)) });
  for (const name of Object.keys(options.model.updates)) {
    const { type, init } = options.model.states[name];
    const current = builder.state(name, type, { init });
    builder.update(name, where(finite, current, scratchState(builder, `${BACKUP}${name}`, type)));
  }
  if (options.ema !== undefined) averageWeights(builder, options.ema, finite);
  emitOutputs(builder, { gradientNorm: norm, finite });
  return builder.finish();
}

interface Gradients {
  readonly builder: GraphBuilder;
  readonly hyper: Readonly<Record<string, Tensor>>;
  readonly loss: Tensor;
  readonly grads: Record<string, Tensor>;
}

/** The model, its loss and the gradients, at the point where the optimizer takes them. */
function forwardAndBackward(options: TrainingGraphOptions): Gradients {
  const { builder, hyper, points } = modelAtPoint(options.model, options.optimizer, perParameter(options));
  const outputs = Object.values(builder.outputs);
  const [prediction] = outputs;
  const target = builder.input(TRAINING_NAMES.target, options.loss.targetType(builder.tensor(prediction.value).type));
  const loss = outputs
    .map(({ value, lossWeight }) => {
      const term = options.loss.build(builder.tensor(value), target);
      return lossWeight === 1 ? term : mul(term, lossWeight);
    })
    .reduce((total, term) => add(total, term));
  const values = gradients(loss, Object.values(points));
  return {
    builder,
    hyper,
    loss,
    grads: Object.fromEntries(Object.keys(points).map((name, index) => [name, values[index]])),
  };
}

/** What differs between parameters: values of their decay group, and the scale of the learning rate. */
function perParameter({
  model,
  groups,
  lrScale,
}: TrainingGraphOptions): Pick<ApplyOptimizerOptions, 'override' | 'lrScale'> {
  return {
    override: (name) => groups[model.parameters[name].group] ?? {},
    ...(lrScale === undefined ? {} : { lrScale }),
  };
}

interface UpdateParts {
  readonly grads: Readonly<Record<string, Tensor>>;
  /** Left out where the loss is not computed in this graph. */
  readonly loss?: Tensor;
  readonly norm: Tensor;
  readonly hyper: Readonly<Record<string, Tensor>>;
  readonly gate: Tensor;
}

/** Clips and updates; returns whether the update is made. */
function update(
  builder: GraphBuilder,
  options: TrainingGraphOptions,
  { grads, loss, norm, hyper, gate }: UpdateParts,
): Tensor {
  const { optimizer, clipNorm, clipValue } = options;
  const scaled = clipNorm === undefined ? grads : clipByNorm(grads, clipNorm, norm);
  const clipped = clipValue === undefined ? scaled : clipByValue(scaled, clipValue);
  const made = applyOptimizer(builder, optimizer, {
    grads: clipped,
    hyper,
    gate,
    ...perParameter(options),
    ...(loss === undefined ? {} : { loss }),
  });
  return made ?? gate;
}

function leafOf(builder: GraphBuilder, name: string): Tensor {
  return builder.tensor((builder.states[name] ?? builder.parameters[name]).value);
}

function scratchState(builder: GraphBuilder, name: string, type: Tensor['type']): Tensor {
  return builder.state(name, type, { init: zerosInit, persistent: false });
}

function emitOutputs(builder: GraphBuilder, outputs: Readonly<Record<string, Tensor>>): void {
  for (const [name, value] of Object.entries(outputs)) builder.output(name, value, { role: 'trainingOnly' });
}
