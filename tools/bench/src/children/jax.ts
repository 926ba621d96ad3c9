// jax-js with its WebAssembly backend.

import type { Job } from '../job.ts';
import { readTensors, tensorOf, type FloatTensor } from '../networks/tensors.ts';
import { importPeer, peerVersion } from './peers.ts';
import { Unavailable, type Engine } from './serve.ts';

interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  reshape(shape: readonly number[]): JaxArray;
}

type Convolution = (x: JaxArray, w: JaxArray) => JaxArray;

/** The part of @jax-js/jax that is used. */
interface Jax {
  init(device: 'wasm'): Promise<unknown>;
  defaultDevice(device: 'wasm'): unknown;
  readonly numpy: { array(values: Float32Array): JaxArray };
  readonly lax: {
    convGeneralDilated(x: JaxArray, w: JaxArray, strides: number[], padding: [number, number][]): JaxArray;
  };
  jit<F>(f: F): F;
  vjp(f: Convolution, primals: JaxArray[]): [JaxArray, (g: JaxArray) => JaxArray[]];
}

export async function jax(job: Job): Promise<Engine> {
  const { work } = job;
  if (work.kind !== 'forward' && work.kind !== 'gradients') throw new Unavailable('only convolutions are measured');
  const { init, defaultDevice, numpy, lax, jit, vjp } = (await importPeer(job.peers, '@jax-js/jax')) as Jax;
  await init('wasm');
  defaultDevice('wasm');
  const tensors = await readTensors(job.tensors);
  const [x, w, g] = ['x', 'w', 'g'].map((name) => {
    const { shape, data } = tensorOf(tensors, name);
    return numpy.array(data).reshape(shape);
  });
  const pad = (work.filter - 1) / 2;
  const forward: Convolution = (image, filter) =>
    lax.convGeneralDilated(
      image,
      filter,
      [1, 1],
      [
        [pad, pad],
        [pad, pad],
      ],
    );
  const compiled = jit(forward);
  const backward = jit((image: JaxArray, filter: JaxArray, gradient: JaxArray) => {
    const [, pull] = vjp(forward, [image, filter]);
    return pull(gradient);
  });
  const names = work.kind === 'forward' ? ['y'] : ['dx', 'dw'];
  let made: readonly FloatTensor[] = [];
  return {
    version: peerVersion(job.peers, '@jax-js/jax'),
    run: async () => {
      const arrays = work.kind === 'forward' ? [compiled(x.ref, w.ref)] : backward(x.ref, w.ref, g.ref);
      made = await Promise.all(arrays.map(async (array) => ({ shape: array.shape, data: await array.data() })));
    },
    results: () => Promise.resolve(new Map(names.map((name, at) => [name, made[at]] as const))),
  };
}
