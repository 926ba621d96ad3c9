import type { PrimitiveSample } from '../primitive.ts';

export const dimSizeSamples: readonly PrimitiveSample<'dimSize'>[] = [
  { name: 'number', op: 'dimSize', attrs: { dim: 7 }, inputs: [], differentiable: false },
  { name: 'large', op: 'dimSize', attrs: { dim: 1000000 }, inputs: [], differentiable: false },
];
