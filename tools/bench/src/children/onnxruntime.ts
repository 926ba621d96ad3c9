// ONNX Runtime: its native build for Node, and its WebAssembly build.

import { readFile } from 'node:fs/promises';
import type { Job } from '../job.ts';
import { readTensors, tensorOf } from '../networks/tensors.ts';
import { importPeer, peerVersion, requirePeer } from './peers.ts';
import { Unavailable, type Engine } from './serve.ts';

interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

interface Ort {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: Readonly<Record<string, unknown>>,
    ): Promise<{ run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Record<string, OrtTensor>> }>;
  };
}

export const onnxruntimeNode = (job: Job): Promise<Engine> => load(job, 'onnxruntime-node', 'cpu');
export const onnxruntimeWeb = (job: Job): Promise<Engine> => load(job, 'onnxruntime-web', 'wasm');

async function load(job: Job, name: string, provider: string): Promise<Engine> {
  if (job.onnx === undefined || job.layers === undefined) throw new Unavailable('it only runs networks');
  const ort = (provider === 'cpu' ? requirePeer(job.peers, name) : await importPeer(job.peers, name)) as Ort;
  if (provider === 'wasm') ort.env.wasm.numThreads = job.threads;
  const session = await ort.InferenceSession.create(await readFile(job.onnx), {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: job.threads,
    interOpNumThreads: 1,
  });
  const { input, output } = job.layers;
  const { shape, data } = tensorOf(await readTensors(job.tensors), input.name);
  const feeds = { [input.name]: new ort.Tensor('float32', data, shape) };
  let logits: OrtTensor | undefined;
  return {
    version: peerVersion(job.peers, name),
    run: async () => {
      ({ [output]: logits } = await session.run(feeds));
    },
    results: () => {
      if (logits === undefined) throw new RangeError('nothing has run');
      return Promise.resolve(new Map([['logits', { shape: logits.dims, data: Float32Array.from(logits.data) }]]));
    },
  };
}
