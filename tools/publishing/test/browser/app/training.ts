// What the page's worker and Node run alike: LeNet on MNIST with a fixed seed.

import { lenet } from '@netwright/arch-lenet';
import { cpu } from '@netwright/backend-cpu';
import { subset, type Dataset } from '@netwright/data';
import { idxDataset, MNIST_CLASSES } from '@netwright/data-mnist/idx';
import { momentum } from '@netwright/optim-momentum';
import { train } from '@netwright/train';

export type Files = Readonly<Record<'images' | 'labels', ArrayBuffer>>;

export interface Outcome {
  /** What the backend resolved to, e.g. `wasm:threads=1`. */
  readonly target: string;
  /** The loss of every step. */
  readonly losses: readonly number[];
  /** On images that were not trained on. */
  readonly accuracy: number;
}

const TRAINED = 2048;
const TESTED = 500;

/** `threads`: at most; undefined takes as many as the machine and the page allow. */
export async function trainLeNet(files: Files, threads?: number): Promise<Outcome> {
  const all = idxDataset({
    name: 'mnist',
    images: { name: 'images', bytes: files.images },
    labels: { name: 'labels', bytes: files.labels },
    classes: MNIST_CLASSES,
    limit: TRAINED + TESTED,
  });
  const part = (start: number, count: number): Dataset =>
    subset(
      all,
      Array.from({ length: count }, (_, index) => start + index),
    );
  const backend = cpu({ target: 'wasm', threads });
  const losses: number[] = [];
  const { test, trainer } = await train({
    model: lenet('lenet5', { imageSize: 28 }),
    data: { name: 'mnist', train: part(0, TRAINED), test: part(TRAINED, TESTED) },
    backend,
    optimizer: momentum({ lr: 0.05 }),
    batchSize: 64,
    epochs: 2,
    seed: 7,
    on: (event) => {
      if (event.kind === 'step') losses.push(event.loss);
    },
  });
  await trainer.dispose();
  await backend.dispose();
  return { target: backend.target, losses, accuracy: test?.accuracy ?? 0 };
}
