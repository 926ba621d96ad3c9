import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Model } from '@netwright/arch';
import type { Backend, TensorData } from '@netwright/compiler';
import {
  computeStatistics,
  normalize,
  randomCrop,
  randomHorizontalFlip,
  splitDataset,
  take,
  type Dataset,
  type Preprocessing,
  type Transform,
} from '@netwright/data';
import { crossEntropy, NetwrightError } from '@netwright/ir';
import { warmup, type Schedule } from '@netwright/optim';
import {
  accuracy,
  createTrainer,
  identityOf,
  topK,
  train,
  type Checkpoint,
  type Metric,
  type TrainData,
  type TrainOptions,
  type TrainResult,
} from '@netwright/train';
import { hasCheckpoint, openRunDirectory, readCheckpoint, type RunDirectory } from '@netwright/train/node';
import { loadStateDict, readSafetensors, serializeModel, type SavedModel } from '@netwright/weights';
import { closest } from '../closest.ts';
import { create, createModel, type Plugins } from '../plugins.ts';
import { formatSeconds, showProgress } from '../progress.ts';
import { writeReport } from '../report/write-report.ts';
import { EXIT, type Session } from '../session.ts';
import type { Spec, SpecValue } from '../spec.ts';

export interface TrainArguments {
  readonly config?: string;
  readonly model: string;
  readonly modelOption: Readonly<Record<string, SpecValue>>;
  readonly data: Spec;
  readonly backend: Spec;
  readonly optimizer: Spec;
  readonly schedule: Spec;
  readonly warmup: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly accumulate: number;
  readonly maxMemory?: string;
  readonly validation: number;
  readonly limit?: number;
  readonly augment?: readonly string[];
  readonly labelSmoothing: number;
  readonly clipNorm?: number;
  readonly trainOnly?: readonly string[];
  readonly weights?: string;
  readonly earlyStopping?: number;
  readonly seed: number;
  readonly name?: string;
  readonly runs: string;
  readonly resume: boolean;
  readonly allowTargetChange: boolean;
  readonly allowOptimizerChange: boolean;
  readonly clipValue?: number;
  readonly emaDecay?: number;
  readonly checkpointSeconds: number;
  readonly checkpointSteps?: number;
}

const AUGMENTATIONS: Readonly<Record<string, () => Transform>> = {
  crop: () => randomCrop({ padding: 4 }),
  flip: () => randomHorizontalFlip(),
};

/** Trains a model and writes the directory of the run. */
export async function trainCommand(session: Session, args: TrainArguments): Promise<number> {
  const started = performance.now();
  const { output } = session;
  const plugins = await session.plugins(args.config);
  const augmentations = (args.augment ?? []).map(augmentation);
  const optimizer = create('optimizer', plugins.optimizers, args.optimizer);
  const schedule = scheduleOf(plugins, args);
  const data = await loadData(plugins, args);
  const model = modelFor(plugins, args, data.train);
  const preprocessing: Preprocessing = {
    inputShape: data.train.shape,
    normalization: await computeStatistics(data.train),
    resize: 'stretch',
  };
  const normalization = normalize(preprocessing.normalization);
  const metrics: readonly Metric[] = model.classes > 5 ? [accuracy(), topK(5)] : [accuracy()];
  const backend = create('backend', plugins.backends, args.backend);
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  let directory: RunDirectory | undefined;
  try {
    const base: TrainOptions & { readonly data: TrainData } = {
      model,
      backend,
      data,
      optimizer,
      loss: crossEntropy({ labelSmoothing: args.labelSmoothing }),
      schedule,
      metrics,
      epochs: args.epochs,
      batchSize: args.batchSize,
      accumulate: args.accumulate,
      seed: args.seed,
      transforms: [normalization, ...augmentations],
      evaluationTransforms: [normalization],
      checkpointSeconds: args.checkpointSeconds,
      allowTargetChange: args.allowTargetChange,
      allowOptimizerChange: args.allowOptimizerChange,
      signal: interrupt.signal,
      on: showProgress(output),
      ...(args.checkpointSteps === undefined ? {} : { checkpointSteps: args.checkpointSteps }),
      ...(args.maxMemory === undefined ? {} : { maxMemory: args.maxMemory }),
      ...(args.clipNorm === undefined ? {} : { clipNorm: args.clipNorm }),
      ...(args.clipValue === undefined ? {} : { clipValue: args.clipValue }),
      ...(args.emaDecay === undefined ? {} : { ema: { decay: args.emaDecay } }),
      ...(args.earlyStopping === undefined ? {} : { earlyStopping: { patience: args.earlyStopping } }),
      ...(args.trainOnly === undefined ? {} : { trainable: trainOnly(model, args.trainOnly) }),
      ...(args.weights === undefined ? {} : { weights: await readWeights(session, model, args.weights) }),
    };
    const place = path.resolve(session.directory, args.runs, args.name ?? `${model.name}-${args.data.name}`);
    const resume = args.resume ? await checkpointOf(place, base) : undefined;
    directory = await openRunDirectory(place, resume?.state);
    await directory.write(
      'description',
      `${JSON.stringify(describeRun(args, model, data, backend, preprocessing), undefined, 2)}\n`,
    );
    const result = await train({ ...base, storage: directory, ...(resume === undefined ? {} : { resume }) });
    if (result.interrupted) {
      output.line(`interrupted after ${String(result.steps)} steps; continue with --resume`);
      await result.trainer.dispose();
      return EXIT.interrupted;
    }
    await finish(session, directory, result, { args, model, data, preprocessing, started });
    await result.trainer.dispose();
    return EXIT.ok;
  } finally {
    process.removeListener('SIGINT', onSignal);
    await directory?.close();
    await backend.dispose();
  }
}

interface FinishContext {
  readonly args: TrainArguments;
  readonly model: Model;
  readonly data: TrainData;
  readonly preprocessing: Preprocessing;
  readonly started: number;
}

async function finish(
  { output }: Session,
  directory: RunDirectory,
  result: TrainResult,
  context: FinishContext,
): Promise<void> {
  const { model, data, preprocessing, started } = context;
  const { trainer } = result;
  const describe = (entries: ReadonlyMap<string, TensorData>): SavedModel => ({
    name: model.name,
    family: model.family,
    options: model.options,
    inputShape: model.inputShape,
    classes: data.train.classes,
    preprocessing,
    graph: model.build(),
    entries,
  });
  const final = serializeModel(describe(await trainer.snapshot()));
  await directory.write('model', final.tensors);
  await directory.write('modelDescription', final.description);
  if (result.bestEntries !== undefined) {
    const best = serializeModel(describe(result.bestEntries));
    await directory.write('best', best.tensors);
    await directory.write('bestDescription', best.description);
  }
  const seconds = (performance.now() - started) / 1000;
  const report = await writeReport(directory, { model, data, result, measured: data.test ?? data.validation, seconds });
  output.line(`model ${directory.file('model')}`);
  output.line(`report ${report}`);
  output.line(`training and evaluation took ${formatSeconds(seconds)}`);
  if (result.test !== undefined) output.line(`test accuracy ${result.test.accuracy.toFixed(4)}`);
}

async function loadData(plugins: Plugins, args: TrainArguments): Promise<TrainData> {
  const source = await create('dataset', plugins.datasets, args.data).load();
  const limited = args.limit === undefined ? source.train : take(source.train, args.limit);
  const parts =
    args.validation > 0
      ? await splitDataset(limited, { validation: args.validation, seed: args.seed })
      : { train: limited };
  const validation = source.validation === undefined ? {} : { validation: source.validation };
  return { name: args.data.name, test: source.test, ...validation, ...parts };
}

function modelFor(plugins: Plugins, args: TrainArguments, { shape, classes }: Dataset): Model {
  const [channels, height, width] = shape;
  const options = { channels, imageSize: height === width ? height : [height, width], classes: classes.length };
  return createModel(plugins.architectures, {
    name: args.model,
    options: { ...options, ...args.modelOption },
  });
}

function scheduleOf(plugins: Plugins, args: TrainArguments): Schedule {
  const schedule = create('schedule', plugins.schedules, args.schedule);
  return args.warmup > 0 ? warmup({ steps: args.warmup }, schedule) : schedule;
}

function augmentation(name: string): Transform {
  if (Object.hasOwn(AUGMENTATIONS, name)) return AUGMENTATIONS[name]();
  const nearest = closest(name, Object.keys(AUGMENTATIONS));
  throw new NetwrightError({
    code: 'cli.name',
    operation: 'augmentation',
    expected: `one of ${Object.keys(AUGMENTATIONS).join(', ')}`,
    received: name,
    ...(nearest === undefined ? {} : { hint: `did you mean ${nearest}?` }),
  });
}

function trainOnly(model: Model, prefixes: readonly string[]): (parameter: string) => boolean {
  const names = Object.keys(model.build().parameters);
  const matches = (name: string): boolean =>
    prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}.`));
  if (names.some(matches)) return matches;
  throw new NetwrightError({
    code: 'cli.trainOnly',
    operation: 'train',
    scope: model.name,
    expected: `prefixes of parameter names, e.g. ${names.at(-1)?.split('.')[0] ?? ''}`,
    received: prefixes.join(', '),
  });
}

async function readWeights(
  { output, directory }: Session,
  model: Model,
  file: string,
): Promise<ReadonlyMap<string, TensorData>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path.resolve(directory, file));
  } catch (cause) {
    throw new NetwrightError({
      code: 'cli.weights',
      operation: 'train',
      scope: file,
      expected: 'a safetensors file',
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
  const { entries, report } = loadStateDict(model.build(), readSafetensors(bytes).tensors, { strict: false });
  if (report.loaded.length === 0) {
    throw new NetwrightError({
      code: 'cli.weights',
      operation: 'train',
      scope: file,
      expected: `tensors of ${model.name}`,
      received: 'none that fits',
      hint: 'netwright summary lists the layers of a model',
    });
  }
  output.line(
    `loaded ${String(report.loaded.length)} tensors of ${file}; missing ${list(report.missing)}; unexpected ${list(report.unexpected)}; ` +
      `mis-shaped ${list(report.mismatched.map(({ name }) => name))}`,
  );
  return entries;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

async function checkpointOf(
  place: string,
  options: TrainOptions & { readonly data: TrainData },
): Promise<Checkpoint | undefined> {
  if (!(await hasCheckpoint(place))) {
    throw new NetwrightError({
      code: 'cli.resume',
      operation: 'train',
      scope: place,
      expected: 'a run with a checkpoint',
      received: 'none',
      hint: 'start the run without --resume',
    });
  }
  const trainer = await createTrainer({ ...options, loss: options.loss ?? crossEntropy() });
  try {
    return await readCheckpoint(place, trainer.graph, identityOf(options, trainer), options);
  } finally {
    await trainer.dispose();
  }
}

function describeRun(
  args: TrainArguments,
  model: Model,
  data: TrainData,
  backend: Backend,
  preprocessing: Preprocessing,
): Readonly<Record<string, unknown>> {
  return {
    arguments: args,
    model: { name: model.name, family: model.family, options: model.options, inputShape: model.inputShape },
    data: {
      name: data.name,
      train: data.train.length,
      validation: data.validation?.length ?? 0,
      test: data.test?.length ?? 0,
      classes: data.train.classes,
    },
    preprocessing,
    backend: { name: backend.name, target: backend.target },
    machine: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: os.cpus()[0]?.model ?? 'unknown',
      cores: os.availableParallelism(),
    },
  };
}
