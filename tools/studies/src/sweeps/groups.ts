// ResNeXt's claim: more groups at equal multiply-adds.

import type { Model } from '@netwright/arch';
import { resnext, widthFor } from '@netwright/arch-resnext';
import { defineSweep, type SweepModule } from '@netwright/search';
import { backendOf, fashionTrainer, recipeOf } from './fashion.ts';

export const GROUPS = [1, 2, 4, 8, 16, 32] as const;

/** Of one pixel of a block of 256 channels with one group of 40. */
const PIXEL_MACS = 256 * 40 * 2 + 9 * 40 ** 2;

/** ResNeXt-11 for images of 14 x 14 pixels. */
export function groupedNetwork(groups: number): Model {
  const width = Math.round(widthFor({ groups, macs: PIXEL_MACS }));
  const name = `cifar_resnext11_${String(groups)}x${String(width)}d`;
  return resnext(name, { imageSize: 14, channels: 1, classes: 10 });
}

const sweep: SweepModule = defineSweep((options) => {
  const train = fashionTrainer(recipeOf({ images: 4000, tested: 4000, epochs: 2, lr: 0.05, batchSize: 64 }, options));
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
