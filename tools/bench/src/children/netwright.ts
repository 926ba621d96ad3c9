// This project, through the functions that its users call.

import { BUILT_IN, create, createModel, parseSpec } from '@netwright/cli';
import { compile, type Backend, type Executable, type TensorData } from '@netwright/compiler';
import {
  buildGraph,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
  crossEntropy,
  inferenceMode,
  isNetwrightError,
  tensorType,
  type Graph,
} from '@netwright/ir';
import { createTrainer } from '@netwright/train';
import type { Job } from '../job.ts';
import { IMAGE, LABELS } from '../networks/prepare-work.ts';
import { readTensors, tensorOf, type FloatTensor, type Tensors } from '../networks/tensors.ts';
import { STEP, type ConvolutionWork, type NetworkWork } from '../work.ts';
import { Unavailable, type Engine } from './serve.ts';

const version = 'this checkout';

export async function netwright(job: Job): Promise<Engine> {
  const backend = openBackend(job);
  const tensors = await readTensors(job.tensors);
  const { work } = job;
  if ('model' in work) {
    if (work.kind === 'training') return training(work, backend, tensors);
    const model = createModel(BUILT_IN.architectures, { name: work.model, options: work.options });
    return single(inferenceMode.run(model.build()), work.batch, backend, tensors);
  }
  return single(convolutionGraph(work), work.batch, backend, tensors);
}

/** @throws Unavailable where this machine has no such target. */
function openBackend({ backend, threads }: Job): Backend {
  const { name, options } = parseSpec(backend);
  try {
    return create('backend', BUILT_IN.backends, { name, options: { ...options, threads } });
  } catch (error) {
    if (isNetwrightError(error)) throw new Unavailable(error.message);
    throw error;
  }
}

async function training(work: NetworkWork, backend: Backend, tensors: Tensors): Promise<Engine> {
  const model = createModel(BUILT_IN.architectures, { name: work.model, options: work.options });
  const optimizer = create('optimizer', BUILT_IN.optimizers, { name: 'momentum', options: STEP });
  const trainer = await createTrainer({ model, backend, optimizer, loss: crossEntropy() });
  const { parameters } = trainer.modelGraph;
  for (const name of Object.keys(parameters)) await trainer.store.write(name, f32(tensorOf(tensors, name)));
  const batch = {
    images: tensorOf(tensors, IMAGE).data,
    labels: Int32Array.from(tensorOf(tensors, LABELS).data),
  };
  await trainer.report(work.batch);
  let loss = NaN;
  return {
    version,
    run: async () => {
      ({ loss } = await trainer.step(batch));
    },
    results: async () => {
      const results = new Map<string, FloatTensor>([['loss', { shape: [], data: Float32Array.of(loss) }]]);
      for (const name of Object.keys(parameters)) results.set(name, floatTensor(await trainer.store.read(name)));
      return results;
    },
  };
}

/** A graph whose parameters, states and inputs are all among the tensors. */
async function single(graph: Graph, batch: number, backend: Backend, tensors: Tensors): Promise<Engine> {
  const store = await backend.createStore();
  const executable: Executable = await compile(graph, backend, { dims: { N: batch }, store });
  for (const { name } of store.entries) if (tensors.has(name)) await store.write(name, f32(tensorOf(tensors, name)));
  const inputs = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, f32(tensorOf(tensors, name))]));
  let outputs: Record<string, TensorData> = {};
  return {
    version,
    run: async () => {
      outputs = await executable.run(inputs);
    },
    results: () =>
      Promise.resolve(new Map(Object.entries(outputs).map(([name, tensor]) => [name, floatTensor(tensor)]))),
  };
}

function convolutionGraph({ kind, batch, channels, size, filter }: ConvolutionWork): Graph {
  const pad = (filter - 1) / 2;
  const attrs = { stride: [1, 1], padding: [pad, pad, pad, pad], dilation: [1, 1], groups: 1 } as const;
  const image = tensorType('f32', [batch, channels, size, size]);
  const weight = [channels, channels, filter, filter];
  if (kind === 'forward')
    return buildGraph({ x: image }, ({ x }, builder) => ({ y: conv2d(x, builder.parameter('w', weight), attrs) }));
  return buildGraph({ x: image, g: image }, ({ x, g }, builder) => ({
    dx: conv2dInputGrad(g, builder.parameter('w', weight), { ...attrs, inputSize: [size, size] }),
    dw: conv2dWeightGrad(x, g, { ...attrs, kernel: [filter, filter] }),
  }));
}

function f32({ shape, data }: FloatTensor): TensorData {
  return { dtype: 'f32', shape, data };
}

function floatTensor({ shape, data }: TensorData): FloatTensor {
  return { shape, data: Float32Array.from(data) };
}
