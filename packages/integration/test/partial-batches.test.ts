// One and a half batches for two epochs, with an evaluation between: three batch sizes and two modes on one store.

import { expect, test } from 'vitest';
import { resnet } from '@netwright/arch-resnet';
import { cpu } from '@netwright/backend-cpu';
import { reference } from '@netwright/backend-reference';
import type { Backend, TensorData } from '@netwright/compiler';
import { crossEntropy } from '@netwright/ir';
import type { Optimizer } from '@netwright/optim';
import { adamw } from '@netwright/optim-adamw';
import { momentum } from '@netwright/optim-momentum';
import { sgd } from '@netwright/optim-sgd';
import { createTrainer, type Batch } from '@netwright/train';

const OPTIMIZERS: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ lr: 0.05, weightDecay: 1e-3 }),
  momentum: () => momentum({ lr: 0.05, weightDecay: 1e-3 }),
  adamw: () => adamw({ lr: 2e-3 }),
};

function batchOf(count: number): Batch {
  return {
    images: Float32Array.from({ length: count * 64 }, (_, i) => Math.sin(i * 1.7) + Math.cos(i * i * 0.013)),
    labels: Int32Array.from({ length: count }, (_, i) => (i * 7) % 4),
  };
}

interface Trajectory {
  readonly losses: readonly number[];
  readonly weights: ReadonlyMap<string, TensorData>;
}

/** Two epochs over one and a half batches, with an evaluation between; one store serves both batch sizes. */
async function trajectory(backend: Backend, optimizer: Optimizer): Promise<Trajectory> {
  const model = resnet('tiny', { imageSize: 8, channels: 1, classes: 4 });
  const trainer = await createTrainer({ model, backend, optimizer, loss: crossEntropy(), clipNorm: 5, seed: 3 });
  const losses: number[] = [];
  for (const count of [6, 3, 0, 6, 3]) {
    losses.push(count === 0 ? (await trainer.evaluate(batchOf(5))).loss : (await trainer.step(batchOf(count))).loss);
  }
  const [whole, half] = [await trainer.report(6), await trainer.report(3)];
  expect(whole.parameters).toBe(half.parameters);
  const weights = await trainer.snapshot();
  await trainer.dispose();
  await backend.dispose();
  return { losses, weights };
}

test.each(Object.keys(OPTIMIZERS))('%s: cpu agrees with the reference', async (name) => {
  const expected = await trajectory(reference(), OPTIMIZERS[name]());
  const received = await trajectory(cpu({ threads: 2 }), OPTIMIZERS[name]());
  received.losses.forEach((loss, step) => {
    expect(Math.abs(loss - expected.losses[step])).toBeLessThan(1e-4);
  });
  for (const [name, { data }] of received.weights) {
    const exact = expected.weights.get(name)?.data ?? [];
    data.forEach((value, at) => expect(Math.abs(value - exact[at])).toBeLessThan(1e-3));
  }
});
