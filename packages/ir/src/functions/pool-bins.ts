// The windows of adaptive pools, which follow from the size of the result.

import type { Pair } from '../ops/attributes.ts';
import { imageSizes } from '../ops/conv2d-shape.ts';
import { pairOf, type PairOption } from '../ops/window.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';

export interface AdaptiveAttrs extends Readonly<Record<string, unknown>> {
  readonly outputSize: Pair;
}

/** Checks the operands of an adaptive pool: `<operation>.operands`. */
export function adaptiveAttrs(operation: string, x: Tensor, option: PairOption): AdaptiveAttrs {
  const outputSize = pairOf(option);
  const check = new ShapeCheck(operation, [x.type], x.builder.scope);
  check.require(x.dtype === 'f32', () => `element type ${x.dtype} is not f32`);
  check.require(imageSizes(x.shape) !== undefined, 'x is not [N, C, H, W] with fixed C, H and W');
  check.require(
    outputSize.every((size) => Number.isInteger(size) && size > 0),
    `the output size ${outputSize.join(' x ')} is not positive integers`,
  );
  check.done('f32 images [N, C, H, W] and an output size');
  return { outputSize };
}

/** Start and end of each of `count` bins of an axis: bin i covers floor(i * size / count) to ceil((i + 1) * size / count) - 1. */
export function binsOf(size: number, count: number): readonly (readonly [start: number, end: number])[] {
  return Array.from(
    { length: count },
    (_, i) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)] as const,
  );
}

/** The window whose pool has equal bins; undefined where bins differ in length or overlap. */
export function equalBins(x: Tensor, [rows, columns]: Pair): Pair | undefined {
  const [height, width] = [Number(x.shape[2]), Number(x.shape[3])];
  return height % rows === 0 && width % columns === 0 ? [height / rows, width / columns] : undefined;
}
