// ResNeXt's claim: more groups at equal multiply-adds.

import { scaleModel, type Model } from '@netwright/arch';
import { resnext, widthFor } from '@netwright/arch-resnext';
import { defineSweep, type SweepModule } from '@netwright/search';
import { backendOf, fashionTrainer, recipeOf } from './fashion.ts';

export const GROUPS = [1, 2, 4, 8, 16, 32] as const;

/** Channels of a block of the first stage: half of the paper's. */
const CHANNELS = 128;

/** Of one pixel of such a block with one group of 20. */
const PIXEL_MACS = CHANNELS * 20 * 2 + 9 * 20 ** 2;

/** ResNeXt-11 of half the width for images of 14 x 14 pixels. */
export function groupedNetwork(groups: number): Model {
  const width = Math.round(widthFor({ groups, macs: PIXEL_MACS, channels: CHANNELS }));
  const name = `cifar_resnext11_${String(groups)}x${String(2 * width)}d`;
  const half = { width: 0.5, depth: 1, resolution: 1 };
  return scaleModel(resnext, name, half, { imageSize: 14, channels: 1, classes: 10 });
}

const sweep: SweepModule = defineSweep((options) => {
  const train = fashionTrainer(recipeOf({ images: 3000, tested: 3000, epochs: 1, lr: 0.1, batchSize: 32 }, options));
  return {
    name: 'groups',
    trials: () =>
      GROUPS.flatMap((groups) =>
        Array.from({ length: Number(options.repeats ?? 3) }, (_, repeat) => ({ groups, repeat })),
      ),
    backend: () => backendOf(options),
    run: ({ configuration, ...context }) => train(groupedNetwork(Number(configuration.groups)), context),
  };
});

export default sweep;
