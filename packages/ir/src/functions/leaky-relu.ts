import { callFunction, defineFunction } from '../function.ts';
import { gt } from '../ops/gt.ts';
import { mul } from '../ops/mul.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';

/** x where positive, else `negativeSlope * x` (0.01 by default). */
export function leakyRelu(x: Tensor, { negativeSlope = 0.01 }: { readonly negativeSlope?: number } = {}): Tensor {
  return callFunction(leakyReluFunction, [x], { negativeSlope })[0];
}

export const leakyReluFunction = defineFunction<{ readonly negativeSlope: number }>({
  name: 'leakyRelu',
  expand: ([x], { negativeSlope }) => [where(gt(x, 0), x, mul(x, negativeSlope))],
});
