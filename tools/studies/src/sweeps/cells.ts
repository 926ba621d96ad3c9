// A space of cells for architecture search on Fashion-MNIST at 14 x 14 pixels; as a sweep, `samples` random ones.

import { cellSpace, defineSweep, rewardOf, sampleSpace, type Space, type SweepModule } from '@netwright/search';
import { backendOf, FASHION, fashionTrainer, recipeOf } from './fashion.ts';

export const CELLS: Space = cellSpace({ ...FASHION, imageSize: 14, widths: [8, 16], nodes: 2 });

const sweep: SweepModule = defineSweep((options) => {
  const train = fashionTrainer(recipeOf({ images: 3000, tested: 3000, epochs: 1, lr: 0.2, batchSize: 32 }, options));
  const exponent = Number(options.exponent ?? 0);
  return {
    name: 'cells',
    trials: () =>
      sampleSpace(CELLS, { count: Number(options.samples ?? 100), seed: 1 }).samples.map(
        ({ configuration }) => configuration,
      ),
    backend: () => backendOf(options),
    run: ({ configuration, ...context }) => train(CELLS.decode(configuration as never), context),
    search: {
      space: CELLS,
      reward: ({ error, macs }) =>
        rewardOf(1 - Number(error), Number(macs), exponent === 0 ? undefined : { target: 4e5, exponent }),
    },
  };
});

export default sweep;
