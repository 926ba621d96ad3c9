// Resampling of images to larger (or smaller) sizes.

import { callFunction, defineFunction } from '../function.ts';
import { NetwrightError } from '../errors.ts';
import { add } from '../ops/add.ts';
import { broadcastTo } from '../ops/broadcast-to.ts';
import { constantTensor } from '../ops/constant.ts';
import { imageSizes } from '../ops/conv2d-shape.ts';
import { gather } from '../ops/gather.ts';
import { mul } from '../ops/mul.ts';
import { reshape } from '../ops/reshape.ts';
import type { Pair } from '../ops/attributes.ts';
import { pairOf, type PairOption } from '../ops/window.ts';
import { formatType } from '../tensor-type.ts';
import type { Tensor } from '../tensor.ts';

export type UpsampleOptions = { readonly size: PairOption; readonly scale?: never } | { readonly scale: PairOption; readonly size?: never };

interface NearestAttrs extends Readonly<Record<string, unknown>> {
  readonly size: Pair;
}

/**
 * Nearest neighbour: element i of an axis is element floor(i * in / out), as `torch.nn.functional.interpolate`. x is [N, C, H, W].
 *
 * Errors: `upsampleNearest.operands`.
 */
export function upsampleNearest(x: Tensor, options: UpsampleOptions): Tensor {
  return callFunction(upsampleNearestFunction, [x], { size: targetSize('upsampleNearest', x, options) })[0];
}

export const upsampleNearestFunction = defineFunction<NearestAttrs>({
  name: 'upsampleNearest',
  expand([x], { size }) {
    const [batch, channels] = x.shape;
    const [height, width] = [x.shape[2] as number, x.shape[3] as number];
    if (size[0] % height === 0 && size[1] % width === 0) {
      const [sy, sx] = [size[0] / height, size[1] / width];
      const spread = broadcastTo(reshape(x, [batch, channels, height, 1, width, 1]), [batch, channels, height, sy, width, sx]);
      return [reshape(spread, [batch, channels, ...size])];
    }
    return [pick(pick(x, 2, nearest(height, size[0])), 3, nearest(width, size[1]))];
  },
});

interface BilinearAttrs extends NearestAttrs {
  readonly alignCorners: boolean;
  /** Source pixels for one step in the result, when the scale was given. */
  readonly scale: Pair | null;
}

/**
 * Bilinear: the source position is (i + 0.5) * in / out - 0.5, not below 0; with `alignCorners` i * (in - 1) / (out - 1). x is [N, C, H, W].
 *
 * Errors: `upsampleBilinear.operands`.
 */
export function upsampleBilinear(x: Tensor, options: UpsampleOptions & { readonly alignCorners?: boolean }): Tensor {
  const { alignCorners = false } = options;
  const size = targetSize('upsampleBilinear', x, options);
  const scale = options.scale === undefined ? null : pairOf(options.scale);
  return callFunction(upsampleBilinearFunction, [x], { size, alignCorners, scale })[0];
}

export const upsampleBilinearFunction = defineFunction<BilinearAttrs>({
  name: 'upsampleBilinear',
  expand([x], { size, alignCorners, scale }) {
    const along = (input: Tensor, axis: 2 | 3): Tensor => {
      const length = x.shape[axis] as number;
      const step = scale === null ? length / size[axis - 2] : 1 / scale[axis - 2];
      return interpolate(input, axis, length, size[axis - 2], step, alignCorners);
    };
    return [along(along(x, 2), 3)];
  },
});

function interpolate(x: Tensor, axis: number, length: number, count: number, step: number, alignCorners: boolean): Tensor {
  const positions = Array.from({ length: count }, (_, i) =>
    alignCorners ? (count === 1 ? 0 : (i * (length - 1)) / (count - 1)) : Math.max((i + 0.5) * step - 0.5, 0),
  );
  const lower = positions.map((position) => Math.min(Math.floor(position), length - 1));
  const upper = lower.map((at) => Math.min(at + 1, length - 1));
  const shape = x.shape.map((_, at) => (at === axis ? count : 1));
  const share = positions.map((position, i) => position - lower[i]);
  const weighted = (indices: readonly number[], weights: readonly number[]): Tensor =>
    mul(pick(x, axis, indices), constantTensor(x.builder, weights, shape));
  return add(weighted(lower, share.map((value) => 1 - value)), weighted(upper, share));
}

function nearest(length: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.min(Math.floor((i * length) / count), length - 1));
}

function pick(x: Tensor, axis: number, indices: readonly number[]): Tensor {
  return gather(x, constantTensor(x.builder, indices, [indices.length], 'i32'), axis);
}

function targetSize(operation: string, x: Tensor, { size, scale }: UpsampleOptions): Pair {
  const image = imageSizes(x.shape);
  const scales = scale === undefined ? undefined : pairOf(scale);
  const target = size === undefined ? scales?.map((factor, at) => Math.floor((image?.[at + 1] ?? 0) * factor)) : pairOf(size);
  if (image !== undefined && target?.every((value) => Number.isInteger(value) && value > 0)) return [target[0], target[1]];
  throw new NetwrightError({
    code: `${operation}.operands`,
    operation,
    scope: x.builder.scope,
    expected: 'images [N, C, H, W] with fixed C, H and W, and a positive size or scale',
    received: `${formatType(x.type)} to ${JSON.stringify({ size, scale })}`,
  });
}
