import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, uniform, vector } from './sample-inputs.ts';

export const floorSamples: readonly PrimitiveSample<'floor'>[] = [
  { name: 'matrix', op: 'floor', attrs: {}, inputs: [uniform([3, 4], -20, 20)], differentiable: true },
  { name: 'odd shape', op: 'floor', attrs: {}, inputs: [uniform([1, 5, 1, 3], -20, 20)], differentiable: true },
  { name: 'scalar', op: 'floor', attrs: {}, inputs: [uniform([], -20, 20)], differentiable: true },
  { name: 'long vector', op: 'floor', attrs: {}, inputs: [uniform([67], -20, 20)], differentiable: true },
  { name: 'empty', op: 'floor', attrs: {}, inputs: [uniform([2, 0, 3], -20, 20)], differentiable: true },
  { name: 'extremes', op: 'floor', attrs: {}, inputs: [vector(EXTREMES)], differentiable: false },
];
