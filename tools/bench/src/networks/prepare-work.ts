// Draws the weights and inputs that all engines share, and writes them where children read them.

import path from 'node:path';
import { initialize } from '@netwright/arch';
import { BUILT_IN, createModel } from '@netwright/cli';
import { inferenceMode } from '@netwright/ir';
import type { ConvolutionWork, NetworkWork, Work } from '../work.ts';
import { layersOf, type Layers } from './layers.ts';
import { writeTensors, type FloatTensor, type Tensors } from './tensors.ts';

export interface PreparedWork {
  /** Name of the file of weights and inputs. */
  readonly file: string;
  readonly tensors: Tensors;
  readonly layers?: Layers;
}

/** Names of inputs among the tensors. */
export const IMAGE = 'image';
export const LABELS = 'labels';

export async function prepareWork(work: Work, folder: string): Promise<PreparedWork> {
  const file = path.join(folder, `${work.name}.safetensors`);
  const prepared = 'model' in work ? network(work) : convolution(work);
  await writeTensors(file, prepared.tensors);
  return { ...prepared, file };
}

function network(work: NetworkWork): Omit<PreparedWork, 'file'> {
  const model = createModel(BUILT_IN.architectures, { name: work.model, options: work.options });
  const graph = model.build();
  const tensors = new Map<string, FloatTensor>();
  for (const [name, { dtype, shape, data }] of initialize(graph, 1)) {
    if (dtype === 'f32') tensors.set(name, { shape, data: Float32Array.from(data) });
  }
  if (work.kind === 'inference') {
    // Fresh statistics are zeros and ones, which would hide a norm that is left out.
    for (const [name, { data }] of tensors) {
      if (name.endsWith('running_mean')) data.set(uniform(data.length, 11).map((value) => value / 10));
      if (name.endsWith('running_var')) data.set(uniform(data.length, 13).map((value) => 1 + value / 4));
    }
  }
  const shape = [work.batch, ...model.inputShape];
  tensors.set(IMAGE, { shape, data: uniform(sizeOf(shape), 2) });
  const classes = Float32Array.from({ length: work.batch }, (_, at) => (at * 7 + 3) % model.classes);
  if (work.kind === 'training') tensors.set(LABELS, { shape: [work.batch], data: classes });
  const form = work.kind === 'inference' ? inferenceMode.run(graph) : graph;
  return { tensors, layers: layersOf(form, work.batch) };
}

function convolution({ batch, channels, size, filter }: ConvolutionWork): Omit<PreparedWork, 'file'> {
  const image = [batch, channels, size, size];
  const weight = [channels, channels, filter, filter];
  const tensor = (shape: readonly number[], seed: number): FloatTensor => ({
    shape,
    data: uniform(sizeOf(shape), seed),
  });
  return {
    tensors: new Map([
      ...['x', 'g'].map((name, at) => [name, tensor(image, at + 1)] as const),
      ['w', tensor(weight, 5)],
    ]),
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Numbers from -1 to 1, by a linear congruential generator. */
function uniform(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
