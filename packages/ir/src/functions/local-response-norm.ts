import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { div } from '../ops/div.ts';
import { mul } from '../ops/mul.ts';
import { pad } from '../ops/pad.ts';
import { pow } from '../ops/pow.ts';
import { slice } from '../ops/slice.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';

/** The constants of x / (k + alpha / size * sum of squares)^beta, with PyTorch's defaults. AlexNet has size 5, k 2. */
export interface LocalResponseNormOptions {
  /** Channels that count, the own one in the middle; of an even number one more before than after. */
  readonly size: number;
  /** Default 1e-4. */
  readonly alpha?: number;
  /** Default 0.75. */
  readonly beta?: number;
  /** Default 1. */
  readonly k?: number;
}

/**
 * `x / (k + alpha / size * sum of squares over neighbouring channels) ^ beta` for x [N, C, ...], as PyTorch; channels beyond
 * the ends count as 0. Krizhevsky et al., 2012, section 3.3. Errors: `localResponseNorm.operands`.
 */
export function localResponseNorm(x: Tensor, options: LocalResponseNormOptions): Tensor {
  const { size, alpha = 1e-4, beta = 0.75, k = 1 } = options;
  const check = new ShapeCheck('localResponseNorm', [x.type], x.builder.scope);
  check.require(x.dtype === 'f32', () => `element type ${x.dtype} is not f32`);
  check.require(typeof x.shape[1] === 'number', 'x has no channel axis of fixed length');
  check.require(Number.isInteger(size) && size > 0, `size ${String(size)} is not a positive integer`);
  check.done('x [N, C, ...] and a number of channels');
  return callFunction(localResponseNormFunction, [x], { size, alpha, beta, k })[0];
}

export const localResponseNormFunction = defineFunction<Readonly<Record<'size' | 'alpha' | 'beta' | 'k', number>>>({
  name: 'localResponseNorm',
  expand([x], { size, alpha, beta, k }) {
    const before = Math.floor(size / 2);
    const channels = Number(x.shape[1]);
    const padded = pad(mul(x, x), { axes: [1], before: [before], after: [size - 1 - before] });
    const total = Array.from({ length: size }, (_, start) =>
      slice(padded, { axes: [1], starts: [start], ends: [start + channels] }),
    ).reduce((sum, part) => add(sum, part));
    return [div(x, pow(add(mul(total, alpha / size), k), beta))];
  },
});
