// What the upsampling functions share: their options, and elements picked along one axis.

import { NetwrightError } from '../errors.ts';
import type { Pair } from '../ops/attributes.ts';
import { constantTensor } from '../ops/constant.ts';
import { imageSizes } from '../ops/conv2d-shape.ts';
import { gather } from '../ops/gather.ts';
import { pairOf, type PairOption } from '../ops/window.ts';
import { formatType } from '../tensor-type.ts';
import type { Tensor } from '../tensor.ts';

/** Either the height and width of the result, or factors: the result then has floor(input * scale) rows and columns. */
export type UpsampleOptions =
  { readonly size: PairOption; readonly scale?: undefined } | { readonly scale: PairOption; readonly size?: undefined };

export interface ResampleAttrs extends Readonly<Record<string, unknown>> {
  readonly size: Pair;
  /** Input pixels for one step in the result, by axis. */
  readonly step: Pair;
}

/** Size and steps of resampling x [N, C, H, W]; `<operation>.operands` unless there are any. */
export function resampling(operation: string, x: Tensor, { size, scale }: UpsampleOptions): ResampleAttrs {
  const image = imageSizes(x.shape);
  const [height, width] = image?.slice(1) ?? [0, 0];
  const factors = pairOf(scale ?? 1);
  const target =
    size === undefined ? ([Math.floor(height * factors[0]), Math.floor(width * factors[1])] as const) : pairOf(size);
  if (x.dtype !== 'f32' || image === undefined || !target.every((length) => Number.isInteger(length) && length > 0)) {
    throw new NetwrightError({
      code: `${operation}.operands`,
      operation,
      scope: x.builder.scope,
      expected: 'f32 images [N, C, H, W] with fixed C, H and W, and a positive size or scale',
      received: `${formatType(x.type)} to ${JSON.stringify({ size, scale })}`,
    });
  }
  const step =
    scale === undefined
      ? ([height / target[0], width / target[1]] as const)
      : ([1 / factors[0], 1 / factors[1]] as const);
  return { size: target, step };
}

/** Elements of x at `positions` of `axis`. */
export function pick(x: Tensor, axis: number, positions: readonly number[]): Tensor {
  return gather(x, constantTensor(x.builder, positions, [positions.length], 'i32'), axis);
}
