// Samples of AnyNetX A to E or RegNetX under one budget of multiply-adds: `--set space=a|b|c|d|e|regnet,samples=500`.

import * as regnet from '@netwright/arch-regnet';
import {
  ANYNET_LEVELS,
  anyNetX,
  defineSweep,
  regNetX,
  sampleSpace,
  type Space,
  type SweepModule,
} from '@netwright/search';
import { backendOf, FASHION, fashionTrainer, recipeOf } from './fashion.ts';

/** Multiply-adds of one image. */
export const BUDGET = [0.4e6, 0.5e6] as const;

const IMAGE = { ...FASHION, plugin: regnet, stemStride: 2, stemWidth: 16 };

/** The spaces of the story; widths end where the budget makes more of them pointless. */
export function spaceOf(name: string): Space {
  const level = ANYNET_LEVELS.find((one) => one.toLowerCase() === name);
  if (level !== undefined) return anyNetX({ ...IMAGE, level, maxDepth: 4, maxWidth: 256 });
  if (name === 'regnet')
    return regNetX({
      ...IMAGE,
      initialWidth: { low: 8, high: 64 },
      slope: { low: 1, high: 64 },
      depth: { low: 4, high: 16 },
    });
  throw new RangeError(`there is no space ${name}; there are a, b, c, d, e and regnet`);
}

const sweep: SweepModule = defineSweep((options) => {
  const space = spaceOf(String(options.space ?? 'a'));
  const train = fashionTrainer(recipeOf({ images: 2048, tested: 1000, epochs: 1, lr: 0.1, batchSize: 32 }, options));
  return {
    name: space.name,
    trials: () =>
      sampleSpace(space, {
        count: Number(options.samples ?? 500),
        seed: Number(options.seed ?? 1),
        limits: { macs: BUDGET },
      }).samples.map(({ configuration }) => configuration),
    backend: () => backendOf(options),
    run: ({ configuration, ...context }) => train(space.decode(configuration as never), context),
  };
});

export default sweep;
