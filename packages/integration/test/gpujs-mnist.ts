// Networks trained on digits, on any backend, always with the same seed and images.

import type { Backend } from '@netwright/compiler';
import { BUILT_IN } from '@netwright/cli';
import { mnist } from '@netwright/data-mnist';
import { crossEntropy } from '@netwright/ir';
import { momentum } from '@netwright/optim-momentum';
import { createTrainer, type Batch } from '@netwright/train';
import { expect } from 'vitest';

export type Network = 'lenet5' | 'resnet tiny' | 'cifar_resnet8';

const FAMILIES: Readonly<Record<Network, readonly [family: string, variant: string]>> = {
  lenet5: ['lenet', 'lenet5'],
  'resnet tiny': ['resnet', 'tiny'],
  cifar_resnet8: ['resnet', 'cifar_resnet8'],
};

const SIZE = 8;
const RATE = 0.02;

/** The network for images of digits. */
export function digitNetwork(network: Network): ReturnType<(typeof BUILT_IN.architectures)[number]> {
  const [name, variant] = FAMILIES[network];
  const architecture = BUILT_IN.architectures.find(({ family }) => family === name);
  if (architecture === undefined) throw new RangeError(`there is no family ${name}`);
  return architecture(variant, { channels: 1, imageSize: 28, classes: 10 });
}

/** The loss before each of so many updates. */
export async function lossesOnMnist(backend: Backend, network: Network, steps: number): Promise<readonly number[]> {
  const trainer = await createTrainer({
    model: digitNetwork(network),
    backend,
    optimizer: momentum({ lr: RATE, momentum: 0.9 }),
    loss: crossEntropy(),
    seed: 7,
  });
  const losses: number[] = [];
  for (const batch of await batches(steps)) losses.push((await trainer.step(batch)).loss);
  await trainer.dispose();
  return losses;
}

/** The first images, in batches. */
async function batches(count: number): Promise<readonly Batch[]> {
  const { train } = await mnist({ limit: { train: count * SIZE, test: 1 } }).load();
  const all = Array.from({ length: count }, async (_, batch): Promise<Batch> => {
    const { images, labels } = await train.read(Int32Array.from({ length: SIZE }, (_, at) => batch * SIZE + at));
    return { images: Float32Array.from(images, (byte) => byte / 255), labels };
  });
  return Promise.all(all);
}

/** The first losses, up to that after five updates, agree to a part in a thousand. */
export function expectAgreement(received: readonly number[], expected: readonly number[]): void {
  for (let step = 0; step <= 5; step++)
    expect(Math.abs(received[step] - expected[step])).toBeLessThan(1e-3 * expected[step]);
}
