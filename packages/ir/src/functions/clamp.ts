import { callFunction, defineFunction } from '../function.ts';
import { and } from '../ops/and.ts';
import { le } from '../ops/le.ts';
import { maximum } from '../ops/maximum.ts';
import { minimum } from '../ops/minimum.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';

/**
 * `min(max(x, low), high)` of an f32 or i32 tensor; either end may be infinite for f32. The gradient passes where x lies
 * inside, ends included, as `torch.clamp`.
 */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  return callFunction(clampFunction, [x], { low, high })[0];
}

export const clampFunction = defineFunction<{ readonly low: number; readonly high: number }>({
  name: 'clamp',
  expand: ([x], { low, high }) => [minimum(maximum(x, low), high)],
  gradient: ({ inputs: [x], grads: [g], attrs: { low, high } }) =>
    x.dtype === 'f32' ? [where(and(le(low, x), le(x, high)), g, 0)] : [],
});
