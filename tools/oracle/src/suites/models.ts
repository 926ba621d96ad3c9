// Small networks built from their graph descriptions: inference, training, every gradient, and the state after five steps of an optimizer.

import path from 'node:path';
import { compile, type Backend, type Store, type TensorData } from '@netwright/compiler';
import {
  gradients,
  GraphBuilder,
  inferenceMode,
  mul,
  add,
  crossEntropy,
  meanSquaredError,
  type Graph,
  type Loss,
  type Tensor,
} from '@netwright/ir';
import { buildTrainingStep, TRAINING_NAMES } from '@netwright/train';
import type { SafetensorsTensor } from '@netwright/weights';
import { outcomeOf, type OracleCase, type Outcome, type Suite } from '../case.ts';
import { compare, found } from '../compare.ts';
import { readJson, readTensors } from '../files.ts';
import { createOptimizer, type TorchOptions } from '../optimizers.ts';
import { dataOf } from '../tensors.ts';
import { buildDescribedGraph, type GraphDescription } from '../vocabulary/described-graph.ts';

export interface ModelCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly optimisers: Readonly<Record<string, TorchOptions & { readonly type: string }>>;
  readonly train_loss: number;
  readonly losses: Readonly<Record<string, readonly number[]>>;
  readonly losses_f32_err: Readonly<Record<string, number>>;
  readonly atol: Readonly<Record<string, number>>;
  readonly after5: Readonly<Record<string, { readonly atol: Readonly<Record<string, number>> }>>;
}

type Tensors = ReadonlyMap<string, SafetensorsTensor>;

export const models: Suite = async (directory) => {
  const folder = path.join(directory, 'models');
  return (await readModels(folder)).flatMap((recorded) => casesOf(folder, recorded));
};

export async function readModels(folder: string): Promise<readonly ModelCase[]> {
  return (await readJson<{ readonly models: readonly ModelCase[] }>(folder, 'index.json')).models;
}

/** One case for the network with plain SGD or momentum, one more for each optimizer whose package may not exist. */
function casesOf(folder: string, recorded: ModelCase): readonly OracleCase[] {
  const optimisers = Object.entries(recorded.optimisers);
  const isSgd = (type: string): boolean => type === 'SGD';
  const network: OracleCase = {
    name: `models/${recorded.name}`,
    async run(backend) {
      const description = await readJson<GraphDescription>(folder, recorded.files.graph);
      const model = buildDescribedGraph(description, await readTensors(folder, recorded.files.state));
      const failures = [...(await networkFailures(folder, recorded, model, backend))];
      for (const [key, options] of optimisers.filter(([, { type }]) => isSgd(type))) {
        const outcome = await trainedOutcome(folder, recorded, key, options, backend);
        if (outcome.status === 'notBuilt') return outcome;
        if (outcome.status === 'failed') failures.push(...outcome.failures);
      }
      return outcomeOf(failures);
    },
  };
  const others = optimisers
    .filter(([, { type }]) => !isSgd(type))
    .map(([key, options]): OracleCase => ({
      name: `models/${recorded.name}/${key}`,
      run: (backend) => trainedOutcome(folder, recorded, key, options, backend),
    }));
  return [network, ...others];
}

/**
 * What differs between a recorded network and `model`, a graph with the state dict's keys, input `x` and the outputs of the description: outputs in
 * both modes, loss, gradients.
 */
export async function networkFailures(
  folder: string,
  recorded: ModelCase,
  model: Graph,
  backend: Backend,
): Promise<readonly string[]> {
  const description = await readJson<GraphDescription>(folder, recorded.files.graph);
  const state = await readTensors(folder, recorded.files.state);
  const io = await readTensors(folder, recorded.files.io);
  const store = await filledStore(backend, model, state);
  const x = input(io, 'x');
  const dims = { N: x.shape[0] };
  const evaluated = await runOnce(inferenceMode.run(model), backend, store, dims, { x });
  const trained = await runOnce(withGradients(model, description), backend, store, dims, {
    x,
    target: input(io, 'target'),
  });
  await store.dispose();
  const check = (name: string, data: TensorData['data']): readonly string[] => {
    const reference = io.get(name);
    return reference === undefined ? [] : found(compare(name, data, dataOf(reference).data, recorded.atol[name]));
  };
  const gradientNames = [...io.keys()].filter((name) => name.startsWith('grad/'));
  return [
    ...check('eval_output', evaluated.y.data),
    ...Object.keys(description.outputs).flatMap((name) =>
      check(name === 'y' ? 'train_output' : `train_output_${name}`, trained[name].data),
    ),
    ...found(compare('train_loss', trained.loss.data, [recorded.train_loss], recorded.atol.train_loss)),
    ...check('grad_x', trained.grad_x.data),
    ...gradientNames.flatMap((name) => check(name, trained[name].data)),
  ];
}

async function trainedOutcome(
  folder: string,
  recorded: ModelCase,
  key: string,
  options: TorchOptions & { readonly type: string },
  backend: Backend,
): Promise<Outcome> {
  const made = createOptimizer(options.type, options);
  if (made === undefined) return { status: 'notBuilt', subject: `optimizer ${options.type}` };
  const description = await readJson<GraphDescription>(folder, recorded.files.graph);
  const state = await readTensors(folder, recorded.files.state);
  const io = await readTensors(folder, recorded.files.io);
  const expected = await readTensors(folder, recorded.files[key]);
  const model = buildDescribedGraph(description, state);
  const graph = buildTrainingStep({ model, loss: lossOf(description), optimizer: made, groups: {} });
  const store = await filledStore(backend, graph, state);
  const executable = await compile(graph, backend, { dims: {}, store });
  const failures: string[] = [];
  const losses: number[] = [];
  const double = backend.capabilities.precision === 'f64';
  const hyper = Object.fromEntries(
    Object.entries(made.hyper).map(([name, value]): [string, TensorData] => [
      `$hyper.${name}`,
      { dtype: 'f32', shape: [], data: double ? Float64Array.of(value) : Float32Array.of(value) },
    ]),
  );
  for (const _ of recorded.losses[key]) {
    const outputs = await executable.run({ x: input(io, 'x'), [TRAINING_NAMES.target]: input(io, 'target'), ...hyper });
    losses.push(outputs[TRAINING_NAMES.loss].data[0]);
  }
  failures.push(
    ...found(compare(`losses.${key}`, losses, recorded.losses[key], Math.max(8 * recorded.losses_f32_err[key], 1e-5))),
  );
  for (const [name, reference] of expected) {
    const { data } = await store.read(name);
    failures.push(
      ...found(compare(`${key}: ${name}`, data, dataOf(reference).data, recorded.after5[key].atol[name] ?? 0)),
    );
  }
  await executable.dispose();
  await store.dispose();
  return outcomeOf(failures);
}

function lossOf({ loss }: GraphDescription): Loss {
  if (loss.op === 'mse_loss') return meanSquaredError();
  const { label_smoothing: labelSmoothing } = loss.attrs;
  return crossEntropy({ labelSmoothing: typeof labelSmoothing === 'number' ? labelSmoothing : 0 });
}

/** The training graph with the loss, the gradient of the input and of every parameter as outputs, and no updates. */
function withGradients(model: Graph, description: GraphDescription): Graph {
  const builder = GraphBuilder.from({ ...model, updates: {} });
  const outputs = Object.values(model.outputs);
  const loss = lossOf(description);
  const target = builder.input('target', loss.targetType(builder.tensor(outputs[0].value).type));
  const total = outputs
    .map(({ value, lossWeight }): Tensor => mul(loss.build(builder.tensor(value), target), lossWeight))
    .reduce((sum, term) => add(sum, term));
  const parameters = Object.entries(model.parameters);
  const [gradX, ...grads] = gradients(total, [
    builder.tensor(model.inputs.x.value),
    ...parameters.map(([, { value }]) => builder.tensor(value)),
  ]);
  builder.output('loss', total);
  builder.output('grad_x', gradX);
  parameters.forEach(([name], index) => builder.output(`grad/${name}`, grads[index]));
  return builder.finish();
}

async function runOnce(
  graph: Graph,
  backend: Backend,
  store: Store,
  dims: Readonly<Record<string, number>>,
  feeds: Readonly<Record<string, TensorData>>,
): Promise<Record<string, TensorData>> {
  const executable = await compile(graph, backend, { dims, store });
  const outputs = await executable.run(feeds);
  await executable.dispose();
  return outputs;
}

/** A store with the values of `state`; entries that the file does not have (moments) start at zero. */
async function filledStore(backend: Backend, graph: Graph, state: Tensors): Promise<Store> {
  const store = await backend.createStore();
  const entries = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
  await store.declare(entries.map(([name, { type }]) => ({ name, type })));
  for (const [name] of entries) {
    const tensor = state.get(name);
    if (tensor !== undefined) await store.write(name, dataOf(tensor));
  }
  return store;
}

function input(tensors: Tensors, name: string): TensorData {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`there is no tensor ${name}`);
  return dataOf(tensor);
}
