// Parts of training that read the model elsewhere than at its parameters: the cpu backend agrees with the reference.

import { expect, test } from 'vitest';
import { resnet } from '@netwright/arch-resnet';
import { cpu } from '@netwright/backend-cpu';
import { reference } from '@netwright/backend-reference';
import type { Backend, TensorData } from '@netwright/compiler';
import { crossEntropy } from '@netwright/ir';
import { nadam } from '@netwright/optim-nadam';
import { nesterov } from '@netwright/optim-nesterov';
import { rmsprop } from '@netwright/optim-rmsprop';
import { createTrainer, type Batch, type TrainerOptions } from '@netwright/train';

type Options = Pick<TrainerOptions, 'optimizer' | 'ema' | 'accumulate' | 'clipValue'>;

const CASES: Readonly<Record<string, Options>> = {
  'nesterov looks ahead': { optimizer: nesterov({ lr: 0.05, lookAhead: true, weightDecay: 1e-3 }) },
  'nesterov looks ahead, accumulated': { optimizer: nesterov({ lr: 0.05, lookAhead: true }), accumulate: 2 },
  'averages are evaluated': { optimizer: nesterov({ lr: 0.05 }), ema: { decay: 0.6 } },
  'averages with a rising decay, accumulated': {
    optimizer: rmsprop({ lr: 1e-3, centered: true, momentum: 0.5, eps: 1e-3 }),
    ema: { decay: 0.9, warmup: true },
    accumulate: 2,
  },
  'state of single numbers': { optimizer: nadam({ lr: 1e-3, eps: 1e-4 }), clipValue: 0.5 },
};

function batchOf(count: number, seed: number): Batch {
  return {
    images: Float32Array.from({ length: count * 64 }, (_, i) => Math.sin(i * 1.7 + seed) + Math.cos(i * i * 0.013)),
    labels: Int32Array.from({ length: count }, (_, i) => (i * 7) % 4),
  };
}

interface Trajectory {
  readonly losses: readonly number[];
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly entries: ReadonlyMap<string, TensorData>;
}

async function trajectory(backend: Backend, options: Options): Promise<Trajectory> {
  const model = resnet('tiny', { imageSize: 8, channels: 1, classes: 4 });
  const trainer = await createTrainer({ model, backend, loss: crossEntropy(), seed: 3, ...options });
  const losses: number[] = [];
  for (const seed of [1, 2, 3]) {
    losses.push((await trainer.step(batchOf(6, seed))).loss);
    losses.push((await trainer.evaluate(batchOf(5, seed))).loss);
  }
  const result = { losses, weights: await trainer.weights(), entries: await trainer.snapshot() };
  await trainer.dispose();
  await backend.dispose();
  return result;
}

test.each(Object.keys(CASES))('%s', async (name) => {
  const expected = await trajectory(reference(), CASES[name]);
  const received = await trajectory(cpu({ threads: 2 }), CASES[name]);
  received.losses.forEach((loss, at) => expect(Math.abs(loss - expected.losses[at])).toBeLessThan(1e-4));
  for (const part of ['weights', 'entries'] as const)
    for (const [entry, { data }] of received[part]) {
      const exact = expected[part].get(entry)?.data ?? [];
      data.forEach((value, at) => expect(Math.abs(value - exact[at]), entry).toBeLessThan(1e-3));
    }
});
