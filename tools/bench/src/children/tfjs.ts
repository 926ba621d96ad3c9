// TensorFlow.js, with its WebAssembly backend or its plain one.

import path from 'node:path';
import type { Job } from '../job.ts';
import { foldNorms } from '../networks/fold-norms.ts';
import type { Layer } from '../networks/layers.ts';
import { readTensors, tensorOf, type FloatTensor, type Tensors } from '../networks/tensors.ts';
import { peerVersion, requirePeer } from './peers.ts';
import { Unavailable, type Engine } from './serve.ts';

interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

type Pads = readonly [readonly number[], readonly number[], readonly number[], readonly number[]];

interface FusedOptions {
  readonly x: TfTensor;
  readonly filter: TfTensor;
  readonly strides: readonly number[];
  readonly pad: Pads;
  readonly bias?: TfTensor;
  readonly activation?: string;
}

/** The part of @tensorflow/tfjs that is used. */
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  transpose(x: TfTensor, perm: readonly number[]): TfTensor;
  tidy<T>(body: () => T): T;
  readonly fused: {
    conv2d(options: FusedOptions): TfTensor;
    depthwiseConv2d(options: FusedOptions): TfTensor;
    matMul(options: { a: TfTensor; b: TfTensor; bias?: TfTensor }): TfTensor;
  };
  conv2d(x: TfTensor, filter: TfTensor, strides: number, pad: 'same'): TfTensor;
  maxPool(x: TfTensor, size: readonly number[], strides: readonly number[], pad: Pads): TfTensor;
  mean(x: TfTensor, axes: readonly number[], keepDims: boolean): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  mul(a: TfTensor, b: TfTensor): TfTensor;
  sigmoid(x: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  relu6(x: TfTensor): TfTensor;
  grads(f: (x: TfTensor, w: TfTensor) => TfTensor): (args: readonly TfTensor[], dy: TfTensor) => readonly TfTensor[];
}

interface WasmBackend {
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
}

export const tfjsWasm = (job: Job): Promise<Engine> => load(job, 'wasm');
export const tfjsCpu = (job: Job): Promise<Engine> => load(job, 'cpu');

async function load(job: Job, backend: 'wasm' | 'cpu'): Promise<Engine> {
  const { work } = job;
  if (work.kind === 'training')
    throw new Unavailable('it has no batch norm with statistics of the batch that trains on this backend');
  if (work.kind === 'gradients' && backend === 'wasm')
    throw new Unavailable('its WebAssembly backend has no gradient of a convolution for the filter');
  const tf = requirePeer(job.peers, '@tensorflow/tfjs') as Tf;
  if (backend === 'wasm') {
    const wasm = requirePeer(job.peers, '@tensorflow/tfjs-backend-wasm') as WasmBackend;
    wasm.setWasmPaths(path.join(job.peers, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'));
    wasm.setThreadsCount(job.threads);
  }
  await tf.setBackend(backend);
  await tf.ready();
  const tensors = await readTensors(job.tensors);
  const version = peerVersion(job.peers, '@tensorflow/tfjs');
  return {
    version,
    ...(work.kind === 'inference' ? inference(tf, job, tensors) : convolution(tf, work.kind, tensors)),
  };
}

type Runner = Omit<Engine, 'version'>;

/** [N, C, H, W] to [N, H, W, C], the only layout of these backends. */
function channelsLast(tf: Tf, { shape, data }: FloatTensor): TfTensor {
  return tf.tidy(() => tf.transpose(tf.tensor(data, shape), [0, 2, 3, 1]));
}

/** [O, I, KH, KW] to [KH, KW, I, O]. */
function filterOf(tf: Tf, { shape, data }: FloatTensor): TfTensor {
  return tf.tidy(() => tf.transpose(tf.tensor(data, shape), [2, 3, 1, 0]));
}

function convolution(tf: Tf, kind: 'forward' | 'gradients', tensors: Tensors): Runner {
  const [x, g] = ['x', 'g'].map((name) => channelsLast(tf, tensorOf(tensors, name)));
  const w = filterOf(tf, tensorOf(tensors, 'w'));
  const forward = (image: TfTensor, filter: TfTensor): TfTensor => tf.conv2d(image, filter, 1, 'same');
  let made: readonly TfTensor[] = [];
  const back: readonly (readonly [string, readonly number[]])[] =
    kind === 'forward'
      ? [['y', [0, 3, 1, 2]]]
      : [
          ['dx', [0, 3, 1, 2]],
          ['dw', [3, 2, 0, 1]],
        ];
  return {
    run: async () => {
      for (const tensor of made) tensor.dispose();
      made = tf.tidy(() => (kind === 'forward' ? [forward(x, w)] : tf.grads(forward)([x, w], g)));
      await Promise.all(made.map((tensor) => tensor.data()));
    },
    results: async () => {
      const results = new Map<string, FloatTensor>();
      for (const [at, [name, perm]] of back.entries()) {
        const tensor = tf.transpose(made[at], perm);
        results.set(name, { shape: tensor.shape, data: await tensor.data() });
      }
      return results;
    },
  };
}

function inference(tf: Tf, job: Job, given: Tensors): Runner {
  if (job.layers === undefined) throw new RangeError('no layers');
  const { network, tensors } = foldNorms(job.layers, given);
  const layers = fuseActivations(network.layers);
  const image = channelsLast(tf, tensorOf(tensors, network.input.name));
  const constants = new Map<string, TfTensor>();
  for (const { op, inputs, attrs } of layers) {
    for (const [at, name] of inputs.entries()) {
      const tensor = tensors.get(name);
      if (tensor === undefined || constants.has(name) || name === network.input.name) continue;
      constants.set(name, constantOf(tf, tensor, at === 1 ? op : undefined, Number(attrs.groups) > 1));
    }
  }
  const run = (): TfTensor => {
    const values = new Map(constants).set(network.input.name, image);
    for (const layer of layers) values.set(layer.output, apply(tf, layer, values));
    return valueOf(values, layers[layers.length - 1].output);
  };
  let logits: TfTensor | undefined;
  return {
    run: async () => {
      logits?.dispose();
      logits = tf.tidy(run);
      await logits.data();
    },
    results: async () => {
      if (logits === undefined) throw new RangeError('nothing has run');
      return new Map([['logits', { shape: logits.shape, data: await logits.data() }]]);
    },
  };
}

/** A weight or bias in this engine's layout. `transposeB` of its matrix product gives wrong numbers in WebAssembly, so matrices are transposed here. */
function constantOf(tf: Tf, tensor: FloatTensor, weightOf: Layer['op'] | undefined, depthwise: boolean): TfTensor {
  const { shape, data } = tensor;
  if (weightOf === 'linear') return tf.tidy(() => tf.transpose(tf.tensor(data, shape), [1, 0]));
  if (weightOf !== 'conv2d') return tf.tensor(data, shape);
  return depthwise ? tf.tidy(() => tf.transpose(tf.tensor(data, shape), [2, 3, 0, 1])) : filterOf(tf, tensor);
}

type FusedLayer = Layer & { readonly activation?: 'relu' | 'relu6' };

/** Activations become part of the convolutions before them, as the converter of this engine does. */
function fuseActivations(layers: readonly Layer[]): readonly FusedLayer[] {
  const fused: FusedLayer[] = [];
  for (const layer of layers) {
    const before = fused.at(-1);
    if ((layer.op === 'relu' || layer.op === 'relu6') && before?.op === 'conv2d' && before.output === layer.inputs[0])
      fused[fused.length - 1] = { ...before, activation: layer.op, output: layer.output };
    else fused.push(layer);
  }
  return fused;
}

function valueOf(values: ReadonlyMap<string, TfTensor>, name: string): TfTensor {
  const found = values.get(name);
  if (found === undefined) throw new RangeError(`no value ${name}`);
  return found;
}

function apply(tf: Tf, { op, inputs, attrs, activation }: FusedLayer, values: ReadonlyMap<string, TfTensor>): TfTensor {
  const [x, second, third] = inputs.map((name) => valueOf(values, name));
  const list = (name: string): readonly number[] => attrs[name] as readonly number[];
  const pads = (): Pads => {
    const [top, left, bottom, right] = list('padding');
    return [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
  };
  switch (op) {
    case 'conv2d': {
      const options = {
        x,
        filter: second,
        strides: list('stride'),
        pad: pads(),
        bias: third,
        ...(activation === undefined ? {} : { activation }),
      };
      return Number(attrs.groups) > 1 ? tf.fused.depthwiseConv2d(options) : tf.fused.conv2d(options);
    }
    case 'linear':
      return tf.fused.matMul({ a: x, b: second, bias: third });
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'silu':
      return tf.mul(x, tf.sigmoid(x));
    case 'add':
      return tf.add(x, second);
    case 'mul':
      return tf.mul(x, second);
    case 'maxPool2d':
      return tf.maxPool(x, list('kernel'), list('stride'), pads());
    case 'globalAvgPool2d':
      return tf.mean(x, [1, 2], true);
    case 'reshape':
      return tf.reshape(x, list('shape'));
    case 'batchNorm':
      throw new Unavailable('a norm without a convolution before it');
  }
}
