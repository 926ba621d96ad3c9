// A network, an optimizer and data that are small enough to train in a test.

import { batchNormLayer, conv2dLayer, defineArchitecture, linearLayer } from '@netwright/arch';
import { reference } from '@netwright/backend-reference';
import type { Backend, TensorData } from '@netwright/compiler';
import { tensorDataset, type Dataset } from '@netwright/data';
import { add, crossEntropy, flatten, globalAvgPool2d, mul, relu, sub, zerosInit } from '@netwright/ir';
import { defineOptimizer } from '@netwright/optim';
import {
  createTrainer,
  train,
  type Checkpoint,
  type RunStorage,
  type Trainer,
  type TrainOptions,
} from '../src/index.ts';

/** conv, norm, relu, conv, norm, add, relu, pool, linear; without norms when `norm` is false. */
export const small = defineArchitecture<{ readonly width: number }, { readonly norm: boolean }>({
  family: 'small',
  paper: 'https://example.org/small',
  options: { norm: true },
  variants: { tiny: { width: 4 }, other: { width: 4 } },
  defaults: () => ({ imageSize: 8, channels: 1, classes: 3 }),
  build(image, { width }, { classes, norm }) {
    const convolution = (x: typeof image, name: string): typeof image => {
      const y = conv2dLayer(x, { name: `${name}.conv`, out: width, kernel: 3, padding: 1, bias: !norm });
      return norm ? batchNormLayer(y, { name: `${name}.bn` }) : y;
    };
    const stem = relu(convolution(image, 'stem'));
    const block = relu(add(convolution(stem, 'block'), stem));
    return linearLayer(flatten(globalAvgPool2d(block), 1), { name: 'fc', out: classes });
  },
});

/** Heavy ball with L2 decay: a rule with state. */
export const momentum = defineOptimizer({
  name: 'heavyBall',
  options: { lr: 0.1, momentum: 0.9, weightDecay: 0 },
  state: () => ({ velocity: zerosInit }),
  update({ param, grad, state, hyper: { lr, momentum: mu, weightDecay } }) {
    const velocity = add(mul(state.velocity, mu), add(grad, mul(param, weightDecay)));
    return { param: sub(param, mul(velocity, lr)), state: { velocity } };
  },
});

/** Plain gradient descent with L2 decay. */
export const descent = defineOptimizer({
  name: 'descent',
  options: { lr: 0.1, weightDecay: 0 },
  update: ({ param, grad, hyper: { lr, weightDecay } }) => ({
    param: sub(param, mul(add(grad, mul(param, weightDecay)), lr)),
    state: {},
  }),
});

/** Momentum whose gradient is that of the point ahead. */
export const lookAhead = defineOptimizer({
  name: 'lookAhead',
  options: { lr: 0.1, momentum: 0.9, weightDecay: 0 },
  state: () => ({ velocity: zerosInit }),
  gradientAt: ({ param, state, hyper }) => add(param, mul(state.velocity, hyper.momentum)),
  update({ param, grad, state, hyper: { lr, momentum: mu } }) {
    const velocity = sub(mul(state.velocity, mu), mul(grad, lr));
    return { param: add(param, velocity), state: { velocity } };
  },
});

/** Images of three kinds of stripes (rows, columns, diagonals) under noise; the class is the kind. */
export function stripes(
  count: number,
  seed = 1,
  classes: readonly string[] = ['rows', 'columns', 'diagonals'],
): Dataset {
  let random = seed;
  const noise = (): number => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random / 2 ** 32 - 0.5;
  };
  const labels = Int32Array.from({ length: count }, (_, n) => n % 3);
  const images = new Float32Array(count * 64);
  images.forEach((_, at) => {
    const [y, x, label] = [(at >> 3) & 7, at & 7, labels[at >> 6]];
    images[at] = ([y, x, x + y][label] % 2) + noise() / 2;
  });
  return tensorDataset({ name: 'stripes', images, labels, shape: [1, 8, 8], classes });
}

export function f32(): Backend {
  return reference({ precision: 'f32' });
}

/** A batch of `count` stripes. */
export async function batchOf(count: number, seed = 1): Promise<{ images: Float32Array; labels: Int32Array }> {
  const { images, labels } = await stripes(count, seed).read(Int32Array.from({ length: count }, (_, n) => n));
  return { images: Float32Array.from(images), labels };
}

type SmallTrainerOptions = Partial<Parameters<typeof createTrainer>[0]>;

/** Runs `use` with a trainer of the small network. */
export async function withTrainer<T>(options: SmallTrainerOptions, use: (trainer: Trainer) => Promise<T>): Promise<T> {
  const trainer = await createTrainer({
    model: small('tiny'),
    backend: f32(),
    optimizer: momentum(),
    loss: crossEntropy(),
    ...options,
  });
  try {
    return await use(trainer);
  } finally {
    await trainer.dispose();
  }
}

/** Options of `train` but for the storage, which is in memory. */
export type SmallRunOptions = Omit<Partial<TrainOptions>, 'storage'> & { readonly storage?: MemoryStorage };

/** What a run leaves. */
export interface Finished {
  readonly entries: ReadonlyMap<string, TensorData>;
  readonly best: ReadonlyMap<string, TensorData> | undefined;
  readonly storage: MemoryStorage;
  readonly result: Awaited<ReturnType<typeof train>>;
}

/** Trains the small network and disposes of the trainer. */
export async function trainSmall(options: SmallRunOptions = {}): Promise<Finished> {
  const storage = options.storage ?? new MemoryStorage();
  const result = await train({
    model: small('tiny'),
    backend: f32(),
    optimizer: momentum(),
    data: { name: 'stripes', train: stripes(20), validation: stripes(9, 5) },
    batchSize: 8,
    epochs: 2,
    ...options,
    storage,
  });
  const entries = await result.trainer.snapshot();
  await result.trainer.dispose();
  return { entries, best: result.bestEntries, storage, result };
}

/** A storage that keeps every checkpoint. */
export class MemoryStorage implements RunStorage {
  readonly checkpoints: Checkpoint[] = [];
  log: string;

  constructor(log = '') {
    this.log = log;
  }

  async writeCheckpoint(checkpoint: Checkpoint): Promise<string> {
    this.checkpoints.push(checkpoint);
    return 'memory';
  }

  async appendMetrics(line: string): Promise<void> {
    this.log += `${line}\n`;
  }

  metricsOffset(): number {
    return this.log.length;
  }

  /** Lines of the log without what depends on the clock. */
  get lines(): readonly Readonly<Record<string, unknown>>[] {
    return this.log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ ...(JSON.parse(line) as Readonly<Record<string, unknown>>), seconds: 0 }));
  }
}

/** Entries as plain numbers, for comparison bit by bit. */
export function plain(entries: ReadonlyMap<string, TensorData> | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...(entries ?? [])].map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data: Array.from(data) }]),
  );
}

/** The largest difference between the f32 entries of two stores. */
export function largestDifference(a: ReadonlyMap<string, TensorData>, b: ReadonlyMap<string, TensorData>): number {
  let largest = 0;
  for (const [name, { data }] of a) {
    const other = b.get(name)?.data;
    if (other?.length !== data.length) return Infinity;
    data.forEach((value, index) => {
      largest = Math.max(largest, Math.abs(value - other[index]));
    });
  }
  return largest;
}
