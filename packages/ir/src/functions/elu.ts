import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { gt } from '../ops/gt.ts';
import { minimum } from '../ops/minimum.ts';
import { mul } from '../ops/mul.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';
import { expm1 } from './expm1.ts';

/** x where positive, else `alpha * (exp(x) - 1)` (`alpha` is 1 by default). arXiv:1511.07289 */
export function elu(x: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
  return callFunction(eluFunction, [x], { alpha })[0];
}

export const eluFunction = defineFunction<{ readonly alpha: number }>({
  name: 'elu',
  expand: ([x], { alpha }) => [where(gt(x, 0), x, mul(expm1(minimum(x, 0)), alpha))],
  gradient: ({ inputs: [x], outputs: [y], grads: [g], attrs: { alpha } }) => [
    where(gt(x, 0), g, mul(g, add(y, alpha))),
  ],
});
