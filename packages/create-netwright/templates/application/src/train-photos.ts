import { resnet } from '@netwright/arch-resnet';
import { cpu } from '@netwright/backend-cpu';
import { computeStatistics, normalize, randomHorizontalFlip } from '@netwright/data';
import { imageFolder } from '@netwright/data-images';
import { cosine } from '@netwright/optim';
import { adamw } from '@netwright/optim-adamw';
import { train, type TrainListener } from '@netwright/train';
import type { SavedModel } from '@netwright/weights';

/** Side of the images that the network sees, in pixels. */
const IMAGE_SIZE = 32;

export interface TrainPhotosOptions {
  readonly epochs: number;
  /** Called with what happens during the run. */
  readonly on?: TrainListener;
}

export interface TrainedPhotos {
  readonly model: SavedModel;
  /** Share of the images that were kept out of training whose class is found. */
  readonly accuracy: number;
}

/** Trains a small ResNet on a folder with one folder of images for each class. A fifth of the images is kept out to measure it. */
export async function trainPhotos(
  directory: string,
  { epochs, on = () => undefined }: TrainPhotosOptions,
): Promise<TrainedPhotos> {
  const data = imageFolder({ directory, imageSize: IMAGE_SIZE });
  const parts = await data.load();
  const { shape, classes } = parts.train;
  const statistics = await computeStatistics(parts.train);
  const network = resnet('cifar_resnet8', { classes: classes.length, imageSize: IMAGE_SIZE });
  const { trainer, test } = await train({
    model: network,
    data: { name: data.name, ...parts },
    backend: cpu(),
    optimizer: adamw({ lr: 2e-3 }),
    schedule: cosine(),
    transforms: [normalize(statistics), randomHorizontalFlip()],
    evaluationTransforms: [normalize(statistics)],
    batchSize: 32,
    epochs,
    on,
  });
  const { name, family, options } = network;
  const preprocessing = { inputShape: shape, normalization: statistics, resize: 'stretch' } as const;
  const entries = await trainer.snapshot();
  await trainer.dispose();
  return {
    model: { name, family, options, inputShape: shape, classes, preprocessing, graph: network.build(), entries },
    accuracy: test?.accuracy ?? NaN,
  };
}
