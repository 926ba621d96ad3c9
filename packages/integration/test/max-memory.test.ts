// Training within a limit of memory: the same bits, on the fast backend, with random masks.

import { expect, it } from 'vitest';
import { resnet } from '@netwright/arch-resnet';
import { cpu } from '@netwright/backend-cpu';
import { crossEntropy } from '@netwright/ir';
import { momentum } from '@netwright/optim-momentum';
import { createTrainer, type Trainer } from '@netwright/train';

const model = resnet('cifar_resnet8', { dropout: 0.3, stochasticDepth: 0.2 });
const batch = {
  images: Float32Array.from({ length: 8 * 3072 }, (_, at) => ((at * 7919) % 2001) / 1000 - 1),
  labels: Int32Array.from({ length: 8 }, (_, at) => at),
};

async function bytesOf(trainer: Trainer): Promise<number> {
  const { persistentBytes, arenaBytes } = await trainer.report(8);
  return persistentBytes + arenaBytes;
}

it.each([1, 2])('%i threads', { timeout: 120_000 }, async (threads) => {
  const backend = cpu({ target: 'wasm', threads });
  const start = (maxMemory?: number): Promise<Trainer> =>
    createTrainer({
      model,
      backend,
      optimizer: momentum({ lr: 0.05 }),
      loss: crossEntropy(),
      seed: 3,
      ...(maxMemory === undefined ? {} : { maxMemory }),
    });
  const free = await start();
  const limit = Math.floor((await bytesOf(free)) * 0.92);
  const limited = await start(limit);
  expect(await bytesOf(limited)).toBeLessThanOrEqual(limit);
  for (let step = 0; step < 2; step++) expect(await limited.step(batch)).toEqual(await free.step(batch));
  expect(await limited.snapshot()).toEqual(await free.snapshot());
  for (const trainer of [free, limited]) await trainer.dispose();
  await backend.dispose();
});
