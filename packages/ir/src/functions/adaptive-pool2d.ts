// Pools whose windows follow from the size of the result.

import { callFunction, defineFunction } from '../function.ts';
import { NetwrightError } from '../errors.ts';
import { amax } from '../ops/amax.ts';
import { avgPool2d } from '../ops/avg-pool2d.ts';
import { concat } from '../ops/concat.ts';
import { constantTensor } from '../ops/constant.ts';
import { imageSizes } from '../ops/conv2d-shape.ts';
import { matmul } from '../ops/matmul.ts';
import { maxPool2d } from '../ops/max-pool2d.ts';
import { slice } from '../ops/slice.ts';
import { pairOf, type PairOption } from '../ops/window.ts';
import { formatType } from '../tensor-type.ts';
import type { Tensor } from '../tensor.ts';
import { mean } from './statistics.ts';

/** Mean over height and width: [N, C, H, W] to [N, C, 1, 1]. */
export function globalAvgPool2d(x: Tensor): Tensor {
  return callFunction(globalAvgPool2dFunction, [x], {})[0];
}

export const globalAvgPool2dFunction = defineFunction({
  name: 'globalAvgPool2d',
  expand: ([x]) => [mean(x, { axes: [2, 3], keepDims: true })],
});

interface SizeAttrs extends Readonly<Record<string, unknown>> {
  readonly outputSize: readonly [number, number];
}

/**
 * Means over bins: bin i of an axis covers floor(i * size / out) to ceil((i + 1) * size / out) - 1, as `torch.nn.functional.adaptive_avg_pool2d`.
 *
 * Errors: `adaptiveAvgPool2d.operands`.
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: PairOption): Tensor {
  imageOf('adaptiveAvgPool2d', x);
  return callFunction(adaptiveAvgPool2dFunction, [x], { outputSize: pairOf(outputSize) })[0];
}

export const adaptiveAvgPool2dFunction = defineFunction<SizeAttrs>({
  name: 'adaptiveAvgPool2d',
  expand([x], { outputSize: [outHeight, outWidth] }) {
    const [, height, width] = imageOf('adaptiveAvgPool2d', x);
    if (height % outHeight === 0 && width % outWidth === 0) return [avgPool2d(x, { kernel: [height / outHeight, width / outWidth] })];
    const rows = constantTensor(x.builder, averaging(height, outHeight), [outHeight, height]);
    const columns = constantTensor(x.builder, transposed(averaging(width, outWidth), outWidth, width), [width, outWidth]);
    return [matmul(rows, matmul(x, columns))];
  },
});

/**
 * Largest elements of the same bins as {@link adaptiveAvgPool2d}; ties share the gradient.
 *
 * Errors: `adaptiveMaxPool2d.operands`.
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: PairOption): Tensor {
  imageOf('adaptiveMaxPool2d', x);
  return callFunction(adaptiveMaxPool2dFunction, [x], { outputSize: pairOf(outputSize) })[0];
}

export const adaptiveMaxPool2dFunction = defineFunction<SizeAttrs>({
  name: 'adaptiveMaxPool2d',
  expand([x], { outputSize: [outHeight, outWidth] }) {
    const [, height, width] = imageOf('adaptiveMaxPool2d', x);
    if (height % outHeight === 0 && width % outWidth === 0) return [maxPool2d(x, { kernel: [height / outHeight, width / outWidth] })];
    return [largestOfBins(largestOfBins(x, 2, height, outHeight), 3, width, outWidth)];
  },
});

function largestOfBins(x: Tensor, axis: number, size: number, count: number): Tensor {
  const parts = bins(size, count).map(([start, end]) => amax(slice(x, { axes: [axis], starts: [start], ends: [end] }), { axes: [axis], keepDims: true }));
  return concat(parts, axis);
}

function bins(size: number, count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, (_, i) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)] as const);
}

/** Row-major [count, size]: row i averages bin i. */
function averaging(size: number, count: number): number[] {
  return bins(size, count).flatMap(([start, end]) => Array.from({ length: size }, (_, at) => (at >= start && at < end ? 1 / (end - start) : 0)));
}

function transposed(values: readonly number[], rows: number, columns: number): number[] {
  return Array.from({ length: rows * columns }, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]);
}

function imageOf(operation: string, x: Tensor): readonly [number, number, number] {
  const sizes = imageSizes(x.shape);
  if (sizes !== undefined) return sizes;
  throw new NetwrightError({
    code: `${operation}.operands`,
    operation,
    scope: x.builder.scope,
    expected: 'images [N, C, H, W] with fixed C, H and W',
    received: formatType(x.type),
  });
}
