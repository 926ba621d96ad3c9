import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { constantTensor } from '../ops/constant.ts';
import { mul } from '../ops/mul.ts';
import type { Tensor } from '../tensor.ts';
import { pick, resampling, type ResampleAttrs, type UpsampleOptions } from './resample.ts';

interface BilinearAttrs extends ResampleAttrs {
  readonly alignCorners: boolean;
}

/**
 * Bilinear: the position in x [N, C, H, W] of element i of an axis is (i + 0.5) * in / out - 0.5 (with 1 / scale in place of
 * in / out where a scale is given), not below 0; with `alignCorners` (default false) it is i * (in - 1) / (out - 1). As
 * `torch.nn.functional.interpolate`.
 *
 * Errors: `upsampleBilinear.operands`.
 */
export function upsampleBilinear(x: Tensor, options: UpsampleOptions & { readonly alignCorners?: boolean }): Tensor {
  const { alignCorners = false } = options;
  const attrs = { ...resampling('upsampleBilinear', x, options), alignCorners };
  return callFunction(upsampleBilinearFunction, [x], attrs)[0];
}

export const upsampleBilinearFunction = defineFunction<BilinearAttrs>({
  name: 'upsampleBilinear',
  expand([x], { size, step, alignCorners }) {
    const along = (input: Tensor, axis: 0 | 1): Tensor => {
      const length = Number(x.shape[axis + 2]);
      const positions = alignCorners ? aligned(length, size[axis]) : centred(size[axis], step[axis]);
      return interpolate(input, axis + 2, positions);
    };
    return [along(along(x, 0), 1)];
  },
});

function aligned(length: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : (i * (length - 1)) / (count - 1)));
}

function centred(count: number, step: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.max((i + 0.5) * step - 0.5, 0));
}

function interpolate(x: Tensor, axis: number, positions: readonly number[]): Tensor {
  const last = Number(x.shape[axis]) - 1;
  const lower = positions.map((position) => Math.min(Math.floor(position), last));
  const upper = lower.map((at) => Math.min(at + 1, last));
  const shares = positions.map((position, i) => Math.min(position - lower[i], 1));
  const shape = x.shape.map((_, at) => (at === axis ? positions.length : 1));
  const weighted = (at: readonly number[], weights: readonly number[]): Tensor =>
    mul(pick(x, axis, at), constantTensor(x.builder, weights, shape));
  const lowerShares = shares.map((share) => 1 - share);
  return add(weighted(lower, lowerShares), weighted(upper, shares));
}
