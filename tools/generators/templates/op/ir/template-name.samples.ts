import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, normal, vector } from './sample-inputs.ts';

export const templateNameSamples: readonly PrimitiveSample<'templateName'>[] = [
  { name: 'matrix', op: 'templateName', attrs: {}, inputs: [normal([3, 4])], differentiable: true },
  { name: 'odd shape', op: 'templateName', attrs: {}, inputs: [normal([1, 5, 1, 3])], differentiable: true },
  { name: 'scalar', op: 'templateName', attrs: {}, inputs: [normal([])], differentiable: true },
  { name: 'long vector', op: 'templateName', attrs: {}, inputs: [normal([67])], differentiable: true },
  { name: 'empty', op: 'templateName', attrs: {}, inputs: [normal([2, 0, 3])], differentiable: true },
  {
    name: 'extremes',
    op: 'templateName',
    attrs: {},
    inputs: [vector([...EXTREMES, 1e-4, -1e-4, 9, -9])],
    differentiable: false,
  },
];
