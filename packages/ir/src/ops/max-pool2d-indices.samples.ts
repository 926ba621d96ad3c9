import type { PrimitiveSample } from '../primitive.ts';
import { maxPool2dSamples } from './max-pool2d.samples.ts';

export const maxPool2dIndicesSamples: readonly PrimitiveSample<'maxPool2dIndices'>[] = maxPool2dSamples.map(
  (sample) => ({
    ...sample,
    op: 'maxPool2dIndices',
    differentiable: false,
  }),
);
