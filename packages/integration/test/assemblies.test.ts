// Every backend with every optimizer: one training, the same losses; and the same bits on any number of threads.

import { afterAll, describe, expect, it } from 'vitest';
import { resnet } from '@netwright/arch-resnet';
import { cpu } from '@netwright/backend-cpu';
import { reference } from '@netwright/backend-reference';
import type { Backend } from '@netwright/compiler';
import { take } from '@netwright/data';
import { mnist } from '@netwright/data-mnist';
import type { Optimizer } from '@netwright/optim';
import { adamw } from '@netwright/optim-adamw';
import { momentum } from '@netwright/optim-momentum';
import { sgd } from '@netwright/optim-sgd';
import { train } from '@netwright/train';
import { stripes } from './stripes.ts';

const OPTIMIZERS: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ lr: 0.1, weightDecay: 1e-3 }),
  momentum: () => momentum({ lr: 0.05, momentum: 0.9, weightDecay: 1e-3 }),
  adamw: () => adamw({ lr: 1e-3, weightDecay: 1e-2 }),
};

const MODELS: Readonly<Record<string, () => ReturnType<typeof resnet>>> = {
  'tiny, projected shortcuts': () => resnet('tiny', { imageSize: 8, channels: 1, classes: 3, width: 4 }),
  'cifar_resnet8, padded shortcuts': () => resnet('cifar_resnet8', { imageSize: 8, channels: 1, classes: 3, width: 4 }),
};

const BACKENDS: Readonly<Record<string, () => Backend>> = {
  'reference f64': () => reference(),
  'reference f32': () => reference({ precision: 'f32' }),
  'cpu, 1 thread': () => cpu({ threads: 1 }),
  'cpu, 2 threads': () => cpu({ threads: 2 }),
  'cpu, 3 threads': () => cpu({ threads: 3 }),
};

interface Trained {
  readonly losses: readonly number[];
  readonly bits: Readonly<Record<string, readonly number[]>>;
}

async function trainOn(backend: Backend, optimizer: Optimizer, model: ReturnType<typeof resnet>): Promise<Trained> {
  const losses: number[] = [];
  const { trainer } = await train({
    model,
    backend,
    optimizer,
    data: { name: 'stripes', train: stripes(14) },
    batchSize: 6,
    epochs: 2,
    on: (event) => {
      if (event.kind === 'step') losses.push(event.loss);
    },
  });
  const bits = Object.fromEntries(
    [...(await trainer.snapshot())].map(([name, { data }]) => [
      name,
      Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ]),
  );
  await trainer.dispose();
  return { losses, bits };
}

const backends = new Map<string, Backend>();

function backendNamed(name: string): Backend {
  const backend = backends.get(name) ?? BACKENDS[name]();
  backends.set(name, backend);
  return backend;
}

afterAll(async () => {
  for (const backend of backends.values()) await backend.dispose();
});

describe.each(Object.keys(MODELS))('%s', (model) => {
  it.each(Object.keys(OPTIMIZERS))(
    '%s: equal losses on every backend, equal bits on every number of threads',
    async (rule) => {
      const run = (backend: string): Promise<Trained> =>
        trainOn(backendNamed(backend), OPTIMIZERS[rule](), MODELS[model]());
      const exact = await run('reference f64');
      expect(exact.losses).toHaveLength(6);
      expect(new Set(exact.losses).size).toBe(6);
      const one = await run('cpu, 1 thread');
      for (const { losses } of [one, await run('reference f32')])
        losses.forEach((loss, step) => expect(Math.abs(loss - exact.losses[step])).toBeLessThan(1e-4));
      for (const threads of ['cpu, 2 threads', 'cpu, 3 threads']) {
        const more = await run(threads);
        expect(more.losses).toEqual(one.losses);
        expect(more.bits).toEqual(one.bits);
      }
    },
  );
});

it('MNIST at its own size: equal bits on 1, 2 and 3 threads, and twice on one', async () => {
  const source = await mnist({ limit: 64 }).load();
  const bits = new Set<string>();
  for (const threads of ['cpu, 1 thread', 'cpu, 1 thread', 'cpu, 2 threads', 'cpu, 3 threads']) {
    const { trainer, test } = await train({
      model: resnet('tiny', { imageSize: 28, channels: 1, classes: 10 }),
      backend: backendNamed(threads),
      optimizer: momentum({ lr: 0.05 }),
      data: { name: 'mnist', train: source.train, test: take(source.test, 16) },
      batchSize: 24,
      evaluationBatchSize: 7,
    });
    const entries = [...(await trainer.snapshot())].map(([name, { data }]) => [name, [...data]]);
    bits.add(JSON.stringify({ entries, test }));
    await trainer.dispose();
  }
  expect(bits.size).toBe(1);
});
