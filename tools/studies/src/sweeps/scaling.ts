// A small ResNet made wider, deeper, finer, or all three: `--set study=equal` at equal multiply-adds, `study=grid` over alpha, beta and gamma, `study=widths` at
// fixed depths and resolutions.

import { compoundMultipliers, scaleModel, type Model, type Multipliers } from '@netwright/arch';
import { resnet } from '@netwright/arch-resnet';
import { defineSweep, scalingGrid, type JsonObject, type SweepModule } from '@netwright/search';
import { backendOf, fashionTrainer, recipeOf } from './fashion.ts';

/** The network at phi = 0: 14 x 14 pixels leave room for finer images of the same data. */
const BASE = { imageSize: 14, channels: 1, classes: 10, width: 8 } as const;

/** Near EfficientNet's; chosen so that channels and pixels, rounded to whole ones, keep the rule of 2^phi within 10 %. */
const COEFFICIENTS = { alpha: 1.25, beta: 1.1, gamma: 1.15 };

const NONE: Multipliers = { width: 1, depth: 1, resolution: 1 };

export function scaledNetwork({ width, depth, resolution }: Multipliers): Model {
  return scaleModel(resnet, 'cifar_resnet14', { width, depth, resolution }, BASE);
}

/** Multipliers of width, depth, resolution and of all three that multiply multiply-adds by about 2^phi. */
export function equalMultipliers(phi: number): Readonly<Record<string, Multipliers>> {
  return {
    width: { ...NONE, width: 2 ** (phi / 2) },
    depth: { ...NONE, depth: 2 ** phi },
    resolution: { ...NONE, resolution: 2 ** (phi / 2) },
    compound: compoundMultipliers(phi, COEFFICIENTS),
  };
}

/** Configurations of each of the three studies, repetitions apart. */
export const SCALING_STUDIES: Readonly<Record<string, () => readonly JsonObject[]>> = {
  equal: () => [
    { mode: 'base', phi: 0, ...NONE },
    ...[1, 2].flatMap((phi) =>
      Object.entries(equalMultipliers(phi)).map(([mode, multipliers]) => ({ mode, phi, ...multipliers })),
    ),
  ],
  grid: () =>
    scalingGrid({ step: 0.1, tolerance: 0.1 }).map((coefficients) => ({
      mode: 'grid',
      phi: 1,
      ...coefficients,
      ...compoundMultipliers(1, coefficients),
    })),
  widths: () =>
    [1, 2].flatMap((depth) =>
      [1, 1.3].flatMap((resolution) =>
        [0.5, 1, 2].map((width) => ({ mode: 'widths', phi: 0, width, depth, resolution })),
      ),
    ),
};

const sweep: SweepModule = defineSweep((options) => {
  const study = String(options.study ?? 'equal');
  const repeats = Number(options.repeats ?? 3);
  const train = fashionTrainer(recipeOf({ images: 3000, tested: 3000, epochs: 1, lr: 0.1, batchSize: 32 }, options));
  return {
    name: `scaling-${study}`,
    trials: () =>
      (Object.hasOwn(SCALING_STUDIES, study) ? SCALING_STUDIES[study]() : []).flatMap((configuration) =>
        Array.from({ length: repeats }, (_, repeat) => ({ ...configuration, repeat })),
      ),
    backend: () => backendOf(options),
    run: ({ configuration, ...context }) => {
      const [width, depth, resolution] = [configuration.width, configuration.depth, configuration.resolution].map(
        Number,
      );
      return train(scaledNetwork({ width, depth, resolution }), context);
    },
  };
});

export default sweep;
