// The building block under `train`: one model, one optimizer, one store, and programs for the batch sizes that occur.

import { initialize, type Model } from '@netwright/arch';
import {
  compile,
  type Backend,
  type CompileReport,
  type Executable,
  type ProgramProfile,
  type Store,
  type TensorData,
} from '@netwright/compiler';
import {
  GraphBuilder,
  inferenceMode,
  NetwrightError,
  RANDOM_INPUTS,
  renameParameters,
  selectOutputs,
  type Graph,
  type Loss,
} from '@netwright/ir';
import { AVERAGE_PREFIX, averagedNames, type AverageOptions, type Optimizer } from '@netwright/optim';
import { stateDictNames } from '@netwright/weights';
import { findBadNode } from './find-bad-node.ts';
import { freeze } from './freeze.ts';
import { countImages, floats, imageTensor, labelTensor, withLoss } from './inputs.ts';
import {
  buildAccumulatedUpdate,
  buildAccumulation,
  buildTrainingStep,
  TRAINING_NAMES,
  type TrainingGraphOptions,
} from './training-graph.ts';

/** Images [n, C, H, W] in row-major order and, for training, one label each. */
export interface Batch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** How the average of the weights moves, and what it is used for. */
export interface EmaOptions extends AverageOptions {
  /** Which weights are evaluated, predict, and are left and saved at the end of a run. Default `average`. */
  readonly use?: 'average' | 'current';
}

/** A training step: what is trained, by what, and under which limits. */
export interface TrainerOptions {
  readonly model: Model;
  readonly backend: Backend;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  /** Decides initial values and every random mask. Default 0. */
  readonly seed?: number;
  /** Which parameters train, by name. Default all. */
  readonly trainable?: (parameter: string) => boolean;
  readonly groups?: TrainingGraphOptions['groups'];
  readonly lrScale?: (parameter: string) => number;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  /** Keeps an exponential moving average of weights and running statistics. Default none. */
  readonly ema?: EmaOptions;
  /** Most memory of the program of a step, parameters and state included: bytes, or a text such as `512MB`. Default no limit. */
  readonly maxMemory?: number | string;
  /** Micro-batches that a step's batch is cut into; the result is that of the whole batch but for batch statistics. Default 1. */
  readonly accumulate?: number;
}

/** What one update was computed from. */
export interface StepResult {
  /** Mean loss over the batch, before the update. */
  readonly loss: number;
  /** Global norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** Training-mode predictions, row-major [n, classes]. */
  readonly logits: Float32Array | Float64Array;
}

/** Mean loss of a batch, and its predictions, row-major [n, classes]. */
export interface Evaluation {
  readonly loss: number;
  readonly logits: Float32Array | Float64Array;
}

/** One model in training, step by step; {@link train} makes epochs, checkpoints and events of it. */
export interface Trainer {
  readonly store: Store;
  readonly model: Model;
  readonly optimizer: Optimizer;
  /** The training graph for one whole batch. */
  readonly graph: Graph;
  /** Parameters and state of the model, without the optimizer's. */
  readonly modelGraph: Graph;
  /** Updates done. */
  readonly steps: number;
  /** Facts about the training program for a batch size; compiles it if need be. */
  report(batchSize: number): Promise<CompileReport>;
  /**
   * One update.
   *
   * @param hyper - values that replace the optimizer's hyper-parameters in this step.
   * @throws NetwrightError `train.nonFinite` when the loss or gradient is not finite; parameters and state are then as before. `train.hyper` for a
   *   hyper-parameter that the optimizer does not have.
   */
  step(batch: Batch, hyper?: Readonly<Record<string, number>>): Promise<StepResult>;
  /**
   * One update, as by `step` with the optimizer's own hyper-parameters and without accumulation, kernel by kernel; undefined where the backend cannot tell their times. The
   * gate holds as in `step`, but nothing is thrown.
   */
  profile(batch: Batch): Promise<ProgramProfile | undefined>;
  /** Loss and predictions in inference mode. */
  evaluate(batch: Batch): Promise<Evaluation>;
  /** Predictions in inference mode, row-major [n, classes]. */
  predict(images: Float32Array): Promise<Float32Array | Float64Array>;
  /** The value that the last node of a scope has in inference mode, e.g. `layer1.0.conv1`. */
  intermediate(scope: string, images: Float32Array): Promise<TensorData>;
  /** Every entry of the store: parameters, statistics, moments, counters. */
  snapshot(): Promise<Map<string, TensorData>>;
  /** The weights that are evaluated, by their names in the model: parameters and statistics, averaged where `ema` says so. */
  weights(): Promise<Map<string, TensorData>>;
  /** Writes entries back, e.g. from a snapshot, and sets the number of updates done. An average without an entry of its own becomes that of its weight. */
  restore(entries: ReadonlyMap<string, TensorData>, steps?: number): Promise<void>;
  dispose(): Promise<void>;
}

/** Declares the store, draws initial values and returns a trainer for custom loops. Programs are compiled when first needed. */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const trainer = new GraphTrainer(options);
  await trainer.start();
  return trainer;
}

type Program = 'step' | 'accumulation' | 'update' | 'evaluate' | 'predict';

class GraphTrainer implements Trainer {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly graph: Graph;
  readonly modelGraph: Graph;
  steps = 0;
  private openStore: Store | undefined;
  private readonly backend: Backend;
  private readonly seed: number;
  private readonly accumulate: number;
  private readonly maxMemory: number | string | undefined;
  /** Weights that have an average. */
  private readonly averaged: ReadonlySet<string>;
  private readonly usesAverage: boolean;
  private readonly graphs: Readonly<Record<Program, Graph>>;
  private readonly executables = new Map<string, Promise<Executable>>();

  constructor(options: TrainerOptions) {
    const { model, optimizer, loss, trainable = () => true, groups = { noDecay: { weightDecay: 0 } } } = options;
    this.model = model;
    this.optimizer = optimizer;
    this.backend = options.backend;
    this.seed = options.seed ?? 0;
    this.accumulate = options.accumulate ?? 1;
    this.maxMemory = options.maxMemory;
    this.modelGraph = freeze(model.build(), trainable);
    const training: TrainingGraphOptions = { ...options, model: this.modelGraph, optimizer, loss, groups };
    const step = buildTrainingStep(training);
    this.averaged = new Set(options.ema === undefined ? [] : averagedNames(step));
    this.usesAverage = (options.ema?.use ?? 'average') === 'average';
    const predict = renameParameters(inferenceMode.run(this.modelGraph), (name) => this.evaluatedName(name));
    // Steps in one piece run neither part, and some optimizers have no update without the loss.
    const parts =
      this.accumulate > 1
        ? { accumulation: buildAccumulation(training), update: buildAccumulatedUpdate(training) }
        : { accumulation: step, update: step };
    this.graphs = { step, ...parts, evaluate: withLoss(predict, loss), predict };
    this.graph = step;
  }

  get store(): Store {
    if (this.openStore === undefined) throw new RangeError('the trainer is disposed');
    return this.openStore;
  }

  async start(): Promise<void> {
    this.openStore = await this.backend.createStore();
    const programs = this.accumulate > 1 ? [this.graphs.step, this.graphs.accumulation] : [this.graphs.step];
    for (const graph of programs) {
      const entries = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
      await this.store.declare(entries.map(([name, { type }]) => ({ name, type })));
      for (const [name, value] of initialize(graph, this.seed)) await this.store.write(name, value);
    }
  }

  async report(batchSize: number): Promise<CompileReport> {
    return (await this.executable('step', batchSize)).report;
  }

  async step(batch: Batch, hyper: Readonly<Record<string, number>> = {}): Promise<StepResult> {
    const scalars = { ...this.optimizer.hyper, ...hyper };
    this.requireHyper(hyper);
    const result =
      this.accumulate > 1 ? await this.accumulatedStep(batch, scalars) : await this.wholeStep(batch, scalars);
    this.steps++;
    return result;
  }

  async profile({ images, labels }: Batch): Promise<ProgramProfile | undefined> {
    const executable = await this.executable('step', labels.length);
    const profile = await executable.profile?.(this.inputs(this.graphs.step, images, labels, this.optimizer.hyper));
    if (profile !== undefined) this.steps++;
    return profile;
  }

  async evaluate(batch: Batch): Promise<Evaluation> {
    const count = batch.labels.length;
    const executable = await this.executable('evaluate', count);
    const outputs = await executable.run(this.inputs(this.graphs.evaluate, batch.images, batch.labels, {}));
    return { loss: outputs[TRAINING_NAMES.loss].data[0], logits: floats(outputs[this.predictionName]) };
  }

  async predict(images: Float32Array): Promise<Float32Array | Float64Array> {
    const executable = await this.executable('predict', countImages(this.model, images));
    const outputs = await executable.run(this.inputs(this.graphs.predict, images, undefined, {}));
    return floats(outputs[this.predictionName]);
  }

  async intermediate(scope: string, images: Float32Array): Promise<TensorData> {
    const { predict } = this.graphs;
    const id = predict.nodes.findLastIndex(
      (node) => node.scope === scope && node.op !== 'parameter' && node.op !== 'state',
    );
    if (id < 0) {
      throw new NetwrightError({
        code: 'train.scope',
        operation: 'intermediate',
        scope,
        expected: 'the scope of a node that inference computes',
        received: scope,
        hint: 'netwright summary lists the scopes of a model',
      });
    }
    const builder = GraphBuilder.from(predict);
    builder.output('intermediate', builder.tensor(id));
    const graph = selectOutputs(builder.finish(), ['intermediate']);
    const executable: Executable = await compile(graph, this.backend, {
      dims: { N: countImages(this.model, images) },
      store: this.store,
    });
    try {
      const outputs = await executable.run(this.inputs(graph, images, undefined, {}));
      return outputs.intermediate;
    } finally {
      await executable.dispose();
    }
  }

  async snapshot(): Promise<Map<string, TensorData>> {
    const entries = new Map<string, TensorData>();
    for (const { name } of this.store.entries) entries.set(name, await this.store.read(name));
    return entries;
  }

  async weights(): Promise<Map<string, TensorData>> {
    const entries = new Map<string, TensorData>();
    for (const name of stateDictNames(this.modelGraph))
      entries.set(name, await this.store.read(this.evaluatedName(name)));
    return entries;
  }

  async restore(entries: ReadonlyMap<string, TensorData>, steps = this.steps): Promise<void> {
    for (const [name, tensor] of entries) {
      await this.store.write(name, tensor);
      const average = `${AVERAGE_PREFIX}${name}`;
      if (this.averaged.has(name) && !entries.has(average)) await this.store.write(average, tensor);
    }
    this.steps = steps;
  }

  async dispose(): Promise<void> {
    for (const executable of this.executables.values()) await (await executable).dispose();
    this.executables.clear();
    await this.openStore?.dispose();
    this.openStore = undefined;
  }

  private evaluatedName(name: string): string {
    return this.usesAverage && this.averaged.has(name) ? `${AVERAGE_PREFIX}${name}` : name;
  }

  private requireHyper(hyper: Readonly<Record<string, number>>): void {
    const known = Object.keys(this.optimizer.hyper);
    const unknown = Object.keys(hyper).filter((name) => !known.includes(name));
    if (unknown.length === 0) return;
    throw new NetwrightError({
      code: 'train.hyper',
      operation: 'step',
      scope: this.optimizer.name,
      expected: `hyper-parameters among ${known.join(', ')}`,
      received: unknown.join(', '),
      hint: 'the schedule must fit the optimizer',
    });
  }

  private get predictionName(): string {
    return Object.keys(this.graphs.predict.outputs)[0];
  }

  private executable(program: Program, batchSize: number): Promise<Executable> {
    const key = `${program}:${String(batchSize)}`;
    let executable = this.executables.get(key);
    if (executable === undefined) {
      const limited = this.maxMemory !== undefined && (program === 'step' || program === 'accumulation');
      executable = compile(this.graphs[program], this.backend, {
        dims: { N: batchSize },
        store: this.store,
        ...(limited ? { maxMemory: this.maxMemory } : {}),
      });
      this.executables.set(key, executable);
    }
    return executable;
  }

  private async wholeStep({ images, labels }: Batch, hyper: Readonly<Record<string, number>>): Promise<StepResult> {
    const executable = await this.executable('step', labels.length);
    const inputs = this.inputs(this.graphs.step, images, labels, hyper);
    const outputs = await executable.run(inputs);
    if (outputs[TRAINING_NAMES.finite].data[0] === 0) throw await this.nonFinite(inputs, labels.length, outputs);
    return {
      loss: outputs[TRAINING_NAMES.loss].data[0],
      gradientNorm: outputs[TRAINING_NAMES.gradientNorm].data[0],
      logits: floats(outputs[this.predictionName]),
    };
  }

  private async accumulatedStep(
    { images, labels }: Batch,
    hyper: Readonly<Record<string, number>>,
  ): Promise<StepResult> {
    const total = labels.length;
    const pixels = images.length / total;
    const size = Math.ceil(total / this.accumulate);
    const logits = new Float64Array(total * this.model.classes);
    let loss = 0;
    for (let start = 0; start < total; start += size) {
      const end = Math.min(start + size, total);
      const executable = await this.executable('accumulation', end - start);
      const outputs = await executable.run({
        ...this.inputs(
          this.graphs.accumulation,
          images.subarray(start * pixels, end * pixels),
          labels.subarray(start, end),
          hyper,
          start,
        ),
        [TRAINING_NAMES.weight]: this.scalar((end - start) / total),
        $first: { dtype: 'bool', shape: [], data: Uint8Array.of(start === 0 ? 1 : 0) },
      });
      loss += (outputs[TRAINING_NAMES.loss].data[0] * (end - start)) / total;
      logits.set(floats(outputs[this.predictionName]), start * this.model.classes);
    }
    const update = await this.executable('update', 1);
    const outputs = await update.run({
      ...this.hyperInputs(this.graphs.update, hyper),
      [TRAINING_NAMES.loss]: this.scalar(loss),
    });
    if (outputs[TRAINING_NAMES.finite].data[0] === 0) {
      const inputs = this.inputs(this.graphs.step, images, labels, hyper);
      throw await this.nonFinite(inputs, total, { ...outputs, [TRAINING_NAMES.loss]: this.scalar(loss) });
    }
    return { loss, gradientNorm: outputs[TRAINING_NAMES.gradientNorm].data[0], logits };
  }

  private async nonFinite(
    inputs: Readonly<Record<string, TensorData>>,
    batchSize: number,
    outputs: Readonly<Record<string, TensorData>>,
  ): Promise<NetwrightError> {
    const bad = await findBadNode(this.graphs.step, this.backend, this.store, inputs, batchSize);
    const [loss, gradientNorm] = [TRAINING_NAMES.loss, TRAINING_NAMES.gradientNorm].map(
      (name) => outputs[name].data[0],
    );
    const stepOnly = Number.isFinite(loss) && Number.isFinite(gradientNorm);
    return new NetwrightError({
      code: 'train.nonFinite',
      operation: bad === undefined ? 'train' : bad.operation,
      scope: bad === undefined ? '' : bad.scope,
      expected: stepOnly ? `a finite step of ${this.optimizer.name}` : 'a finite loss and gradient',
      received: `loss ${String(loss)}, gradient norm ${String(gradientNorm)} in step ${String(this.steps + 1)}`,
      reasons: [
        bad === undefined
          ? 'every single value is finite; the sum of squares of the gradient overflows'
          : `the first bad value is ${bad.operation} in ${bad.scope === '' ? 'the outermost scope' : bad.scope} (${String(bad.count)} elements)`,
        'parameters and state are as before the step',
      ],
      hint: stepOnly
        ? 'the Hessian is singular here, or nearly: raise the damping'
        : 'lower the learning rate, clip the gradient (clipNorm), or look at the batch for NaN',
    });
  }

  private inputs(
    graph: Graph,
    images: Float32Array,
    labels: Int32Array | undefined,
    hyper: Readonly<Record<string, number>>,
    offset = 0,
  ): Record<string, TensorData> {
    const [seedName, stepName, offsetName] = RANDOM_INPUTS;
    const random = { [seedName]: this.seed, [stepName]: this.steps, [offsetName]: offset };
    return {
      image: imageTensor(this.model, images),
      ...(labels === undefined ? {} : { [TRAINING_NAMES.target]: labelTensor(labels) }),
      ...this.hyperInputs(graph, hyper),
      ...Object.fromEntries(
        Object.entries(random)
          .filter(([name]) => Object.hasOwn(graph.inputs, name))
          .map(([name, value]) => [name, { dtype: 'i32', shape: [], data: Int32Array.of(value) } as const]),
      ),
    };
  }

  private hyperInputs(graph: Graph, hyper: Readonly<Record<string, number>>): Record<string, TensorData> {
    const declared = Object.entries(hyper).filter(([name]) => Object.hasOwn(graph.inputs, `$hyper.${name}`));
    return Object.fromEntries(declared.map(([name, value]) => [`$hyper.${name}`, this.scalar(value)]));
  }

  private scalar(value: number): TensorData {
    const data = this.backend.capabilities.precision === 'f64' ? Float64Array.of(value) : Float32Array.of(value);
    return { dtype: 'f32', shape: [], data };
  }
}
