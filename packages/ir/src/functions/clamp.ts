import { callFunction, defineFunction } from '../function.ts';
import { and } from '../ops/and.ts';
import { cast } from '../ops/cast.ts';
import { le } from '../ops/le.ts';
import { maximum } from '../ops/maximum.ts';
import { minimum } from '../ops/minimum.ts';
import { mul } from '../ops/mul.ts';
import type { Tensor } from '../tensor.ts';

/** x limited to [low, high]; the gradient passes where x lies inside, ends included, as `torch.clamp`. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  return callFunction(clampFunction, [x], { low, high })[0];
}

export const clampFunction = defineFunction<{ readonly low: number; readonly high: number }>({
  name: 'clamp',
  expand: ([x], { low, high }) => [minimum(maximum(x, low), high)],
  gradient: ({ inputs: [x], grads: [g], attrs: { low, high } }) => [mul(g, cast(and(le(low, x), le(x, high)), 'f32'))],
});
