import type { PrimitiveSample } from '../primitive.ts';
import { EXTREMES, I32_EXTREMES, normal, pairs } from './sample-inputs.ts';

export const mulSamples: readonly PrimitiveSample<'mul'>[] = [
  { name: 'matrix', op: 'mul', attrs: {}, inputs: [normal([3, 4]), normal([3, 4])], differentiable: true },
  {
    name: 'odd shape',
    op: 'mul',
    attrs: {},
    inputs: [normal([1, 5, 1, 3]), normal([1, 5, 1, 3])],
    differentiable: true,
  },
  { name: 'scalar', op: 'mul', attrs: {}, inputs: [normal([]), normal([])], differentiable: true },
  { name: 'long vector', op: 'mul', attrs: {}, inputs: [normal([67]), normal([67])], differentiable: true },
  { name: 'empty', op: 'mul', attrs: {}, inputs: [normal([2, 0, 3]), normal([2, 0, 3])], differentiable: true },
  { name: 'extremes', op: 'mul', attrs: {}, inputs: [...pairs(EXTREMES)], differentiable: false },
  { name: 'i32', op: 'mul', attrs: {}, inputs: [...pairs(I32_EXTREMES, 'i32')], differentiable: false },
];
