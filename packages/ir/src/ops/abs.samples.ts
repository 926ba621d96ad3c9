import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, I32_EXTREMES, normal, vector } from './sample-inputs.ts';

export const absSamples: readonly PrimitiveSample<'abs'>[] = [
  { name: 'matrix', op: 'abs', attrs: {}, inputs: [normal([3, 4])], differentiable: true },
  { name: 'odd shape', op: 'abs', attrs: {}, inputs: [normal([1, 5, 1, 3])], differentiable: true },
  { name: 'scalar', op: 'abs', attrs: {}, inputs: [normal([])], differentiable: true },
  { name: 'long vector', op: 'abs', attrs: {}, inputs: [normal([67])], differentiable: true },
  { name: 'empty', op: 'abs', attrs: {}, inputs: [normal([2, 0, 3])], differentiable: true },
  { name: 'extremes', op: 'abs', attrs: {}, inputs: [vector(EXTREMES)], differentiable: false },
  { name: 'i32', op: 'abs', attrs: {}, inputs: [vector(I32_EXTREMES, 'i32')], differentiable: false },
];
