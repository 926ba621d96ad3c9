import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { mul } from '../ops/mul.ts';
import { sub } from '../ops/sub.ts';
import type { Tensor } from '../tensor.ts';
import { rsqrt } from './powers.ts';
import { mean } from './statistics.ts';

interface NormalizeAttrs extends Readonly<Record<string, unknown>> {
  readonly axes: readonly number[];
  readonly eps: number;
}

/** `(x - mean) / sqrt(var + eps)` over `axes`, with the biased variance: what layer, group and instance norm share. */
export function normalize(x: Tensor, axes: readonly number[], eps: number): Tensor {
  return callFunction(normalizeFunction, [x], { axes, eps })[0];
}

export const normalizeFunction = defineFunction<NormalizeAttrs>({
  name: 'normalize',
  expand([x], { axes, eps }) {
    const { distance, inverse } = statistics(x, axes, eps);
    return [mul(distance, inverse)];
  },
  gradient({ inputs: [x], outputs: [y], grads: [g], attrs: { axes, eps } }) {
    const over = { axes, keepDims: true };
    const { inverse } = statistics(x, axes, eps);
    return [mul(inverse, sub(sub(g, mean(g, over)), mul(y, mean(mul(g, y), over))))];
  },
});

function statistics(
  x: Tensor,
  axes: readonly number[],
  eps: number,
): { readonly distance: Tensor; readonly inverse: Tensor } {
  const over = { axes, keepDims: true };
  const distance = sub(x, mean(x, over));
  return { distance, inverse: rsqrt(add(mean(mul(distance, distance), over), eps)) };
}
