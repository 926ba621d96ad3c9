// A model in inference mode with given weights: no optimizer, no training graph.

import type { Model } from '@netwright/arch';
import { compile, type Backend, type Executable, type Store, type TensorData } from '@netwright/compiler';
import { NetwrightError, type Graph, type Loss } from '@netwright/ir';
import { countImages, floats, imageTensor, labelTensor, withLoss } from './inputs.ts';
import { TRAINING_NAMES } from './training-graph.ts';
import type { Batch, Evaluation } from './trainer.ts';

/** A graph, its weights, and what runs them. */
export interface PredictorOptions {
  readonly model: Model;
  /** The model's graph in inference form. */
  readonly graph: Graph;
  readonly backend: Backend;
  /** Parameters and statistics by name; others than the graph's are left out. */
  readonly entries: ReadonlyMap<string, TensorData>;
  /** Needed by `evaluate`. */
  readonly loss?: Loss;
}

/** A model that is ready for batches of any size; the program for each is compiled when it first occurs. */
export interface Predictor {
  readonly model: Model;
  /** Predictions, row-major [n, classes]. */
  predict(images: Float32Array): Promise<Float32Array | Float64Array>;
  /** @throws NetwrightError `predictor.loss` when it was made without a loss. */
  evaluate(batch: Batch): Promise<Evaluation>;
  dispose(): Promise<void>;
}

/** Loads weights into a store of `backend`. Programs are compiled when first needed, one for each batch size. */
export async function createPredictor(options: PredictorOptions): Promise<Predictor> {
  const { model, graph, backend, entries, loss } = options;
  const store = await backend.createStore();
  await fill(store, graph, entries);
  const [prediction] = Object.keys(graph.outputs);
  const evaluation = loss === undefined ? undefined : withLoss(graph, loss);
  const executables = new Map<string, Promise<Executable>>();
  const load = (kind: string, source: Graph, count: number): Promise<Executable> => {
    const key = `${kind}:${String(count)}`;
    const executable = executables.get(key) ?? compile(source, backend, { dims: { N: count }, store });
    executables.set(key, executable);
    return executable;
  };
  return {
    model,
    async predict(images) {
      const executable = await load('predict', graph, countImages(model, images));
      const outputs = await executable.run({ image: imageTensor(model, images) });
      return floats(outputs[prediction]);
    },
    async evaluate({ images, labels }) {
      if (evaluation === undefined) {
        throw new NetwrightError({
          code: 'predictor.loss',
          operation: 'evaluate',
          scope: model.name,
          expected: 'a predictor made with a loss',
          received: 'none',
          hint: 'pass loss to createPredictor',
        });
      }
      const executable = await load('evaluate', evaluation, countImages(model, images));
      const outputs = await executable.run({
        image: imageTensor(model, images),
        [TRAINING_NAMES.target]: labelTensor(labels),
      });
      return { loss: outputs[TRAINING_NAMES.loss].data[0], logits: floats(outputs[prediction]) };
    },
    async dispose() {
      for (const executable of executables.values()) await (await executable).dispose();
      await store.dispose();
    },
  };
}

async function fill(store: Store, graph: Graph, entries: ReadonlyMap<string, TensorData>): Promise<void> {
  const wanted = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
  await store.declare(wanted.map(([name, { type }]) => ({ name, type })));
  for (const [name] of wanted) {
    const tensor = entries.get(name);
    if (tensor === undefined) {
      throw new NetwrightError({
        code: 'predictor.entries',
        operation: 'createPredictor',
        scope: name,
        expected: 'a value for every parameter and statistic',
        received: 'none',
      });
    }
    await store.write(name, tensor);
  }
}
