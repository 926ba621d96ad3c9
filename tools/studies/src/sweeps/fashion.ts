// Fashion-MNIST as all studies of networks use it: the first images of each part, and one recipe of training.

import { cpu } from '@netwright/backend-cpu';
import type { Model } from '@netwright/arch';
import {
  computeStatistics,
  normalize,
  resizeBilinear,
  tensorDataset,
  type Dataset,
  type DataSource,
  type DataSplits,
  type Transform,
} from '@netwright/data';
import { fashionMnist } from '@netwright/data-mnist';
import { cosine, warmup } from '@netwright/optim';
import { nesterov } from '@netwright/optim-nesterov';
import { trainTrial, type SweepOptions, type TrainTrialResult, type TrialContext } from '@netwright/search';

/** Greyscale images of 28 x 28 pixels in ten classes. */
export const FASHION = { imageSize: 28, channels: 1, classes: 10 } as const;

export interface Recipe {
  /** Images trained on in each epoch. */
  readonly images: number;
  /** Test images that the error is measured on. */
  readonly tested: number;
  readonly epochs: number;
  readonly lr: number;
  readonly batchSize: number;
}

/** The recipe of a study, with what `--set` changes. */
export function recipeOf(defaults: Recipe, options: SweepOptions): Recipe {
  const given = (name: keyof Recipe): number => Number(options[name] ?? defaults[name]);
  return {
    images: given('images'),
    tested: given('tested'),
    epochs: given('epochs'),
    lr: given('lr'),
    batchSize: given('batchSize'),
  };
}

/** One thread of WebAssembly: the same bits on every machine, and one trial for each core. */
export function backendOf({ target }: SweepOptions): ReturnType<typeof cpu> {
  return cpu({ target: target === 'native' ? 'native' : 'wasm', threads: 1 });
}

/** The first images of each part, at another size. */
export function fashion({
  images,
  tested,
  size,
}: Pick<Recipe, 'images' | 'tested'> & { readonly size: number }): DataSource {
  return {
    name: 'fashion-mnist',
    async load() {
      const { train, test } = await fashionMnist({ limit: { train: images, test: tested } }).load();
      return { train: await resized(train, size), test: await resized(test, size) };
    },
  };
}

interface Loaded {
  readonly data: DataSplits & { readonly name: string };
  readonly transforms: readonly Transform[];
}

/** Trains models by a recipe, on images of the size that each takes; those are read once. */
export function fashionTrainer({
  images,
  tested,
  epochs,
  lr,
  batchSize,
}: Recipe): (model: Model, context: Pick<TrialContext, 'backend' | 'seed' | 'signal'>) => Promise<TrainTrialResult> {
  const loaded = new Map<number, Promise<Loaded>>();
  return async (model, { backend, seed, signal }) => {
    const [, size] = model.inputShape;
    const loading = loaded.get(size) ?? normalized(fashion({ images, tested, size }));
    loaded.set(size, loading);
    const { transforms, data } = await loading;
    return trainTrial({
      model,
      backend,
      seed,
      signal,
      data,
      optimizer: nesterov({ lr, momentum: 0.9, weightDecay: 5e-5 }),
      schedule: warmup({ steps: 0.1 }, cosine()),
      epochs,
      batchSize,
      transforms,
    });
  };
}

async function normalized(source: DataSource): Promise<Loaded> {
  const data = { name: source.name, ...(await source.load()) };
  return { data, transforms: [normalize(await computeStatistics(data.train))] };
}

/** The dataset with its images at another size, in memory. */
async function resized(dataset: Dataset, size: number): Promise<Dataset> {
  const [channels, height, width] = dataset.shape;
  if (height === size && width === size) return dataset;
  const { images, labels } = await dataset.read(Int32Array.from({ length: dataset.length }, (_, index) => index));
  const plane = height * width;
  const result = new Uint8Array(dataset.length * channels * size * size);
  for (let at = 0; at < dataset.length * channels; at++) {
    const source = Float32Array.from(images.subarray(at * plane, (at + 1) * plane));
    result.set(resizeBilinear(source, [height, width], [size, size]).map(Math.round), at * size * size);
  }
  return tensorDataset({
    name: dataset.name,
    images: result,
    labels,
    shape: [channels, size, size],
    classes: dataset.classes,
  });
}
