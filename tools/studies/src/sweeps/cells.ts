// A space of cells for architecture search on Fashion-MNIST; as a sweep, `samples` random ones.

import { cellSpace, defineSweep, rewardOf, sampleSpace, type SweepModule } from '@netwright/search';
import { backendOf, FASHION, fashionTrainer, recipeOf } from './fashion.ts';

const sweep: SweepModule = defineSweep((options) => {
  const space = cellSpace({ ...FASHION, widths: [8, 16, 32], nodes: 3 });
  const train = fashionTrainer(recipeOf({ images: 4000, tested: 2000, epochs: 1, lr: 0.05, batchSize: 64 }, options));
  const exponent = Number(options.exponent ?? 0);
  return {
    name: 'cells',
    trials: () =>
      sampleSpace(space, { count: Number(options.samples ?? 100), seed: 1 }).samples.map(
        ({ configuration }) => configuration,
      ),
    backend: () => backendOf(options),
    run: ({ configuration, ...context }) => train(space.decode(configuration as never), context),
    search: {
      space,
      reward: ({ error, macs }) =>
        rewardOf(1 - Number(error), Number(macs), exponent === 0 ? undefined : { target: 2e6, exponent }),
    },
  };
});

export default sweep;
