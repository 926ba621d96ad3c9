// Norms over the values of one sample.

import { callFunction, defineFunction } from '../function.ts';
import { NetwrightError } from '../errors.ts';
import { add } from '../ops/add.ts';
import { mul } from '../ops/mul.ts';
import { reshape } from '../ops/reshape.ts';
import { sub } from '../ops/sub.ts';
import type { Tensor } from '../tensor.ts';
import { formatShape } from '../dim.ts';
import { perChannel } from './batch-norm.ts';
import { rsqrt } from './powers.ts';
import { mean } from './statistics.ts';

export interface NormOptions {
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  /** Default 1e-5. */
  readonly eps?: number;
}

/**
 * Layer normalization over the last axes, as many as `weight` has (all but the first when there is no weight); biased variance. arXiv:1607.06450
 *
 * Errors: `layerNorm.shape` when the weight's shape is not that of the last axes.
 */
export function layerNorm(x: Tensor, options: NormOptions & { readonly normalizedShape: readonly number[] }): Tensor {
  const { weight, bias, eps = 1e-5, normalizedShape } = options;
  const tail = x.shape.slice(x.shape.length - normalizedShape.length);
  if (formatShape(tail) !== formatShape(normalizedShape)) {
    throw new NetwrightError({
      code: 'layerNorm.shape',
      operation: 'layerNorm',
      scope: x.builder.scope,
      expected: `last axes ${formatShape(normalizedShape)}`,
      received: formatShape(x.shape),
    });
  }
  const [y] = callFunction(normalizeFunction, [x], { axes: tail.map((_, at) => x.shape.length - tail.length + at), eps });
  const scaled = weight === undefined ? y : mul(y, weight);
  return bias === undefined ? scaled : add(scaled, bias);
}

/**
 * Group normalization of x [N, C, ...] over `groups` groups of channels; biased variance. arXiv:1803.08494
 *
 * Errors: `groupNorm.groups` when the channels do not divide into the groups.
 */
export function groupNorm(x: Tensor, groups: number, { weight, bias, eps = 1e-5 }: NormOptions = {}): Tensor {
  const [batch, channels, ...rest] = x.shape;
  if (typeof channels !== 'number' || channels % groups !== 0) {
    throw new NetwrightError({
      code: 'groupNorm.groups',
      operation: 'groupNorm',
      scope: x.builder.scope,
      expected: 'a number of channels that divides into the groups',
      received: `${String(channels)} channels, ${String(groups)} groups`,
    });
  }
  const grouped = reshape(x, [batch, groups, channels / groups, ...rest]);
  const [normalized] = callFunction(normalizeFunction, [grouped], { axes: grouped.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis])), eps });
  const y = reshape(normalized, x.shape);
  const scaled = weight === undefined ? y : mul(y, perChannel(weight, x));
  return bias === undefined ? scaled : add(scaled, perChannel(bias, x));
}

interface NormalizeAttrs extends Readonly<Record<string, unknown>> {
  readonly axes: readonly number[];
  readonly eps: number;
}

/** `(x - mean) / sqrt(var + eps)` over some axes. */
export const normalizeFunction = defineFunction<NormalizeAttrs>({
  name: 'normalize',
  expand([x], { axes, eps }) {
    const distance = sub(x, mean(x, { axes, keepDims: true }));
    const variance = mean(mul(distance, distance), { axes, keepDims: true });
    return [mul(distance, rsqrt(add(variance, eps)))];
  },
  gradient({ inputs: [x], outputs: [y], grads: [g], attrs: { axes, eps } }) {
    const over = { axes, keepDims: true };
    const distance = sub(x, mean(x, over));
    const inverse = rsqrt(add(mean(mul(distance, distance), over), eps));
    return [mul(inverse, sub(sub(g, mean(g, over)), mul(y, mean(mul(g, y), over))))];
  },
});
