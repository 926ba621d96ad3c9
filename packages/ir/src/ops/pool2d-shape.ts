// Shape rules and loops that the pools share.

import type { Shape } from '../dim.ts';
import { ShapeCheck } from '../shape-check.ts';
import { tensorType, type DType, type TensorType } from '../tensor-type.ts';
import type { Pair, Pool2dAttrs } from './attributes.ts';
import { imageSizes } from './conv2d-shape.ts';
import { visitTaps, windowOutputSize, type WindowAttrs } from './window.ts';

export type AnyPoolAttrs = Pool2dAttrs & { readonly dilation?: Pair };

export function windowAttrs({ stride, padding, dilation = [1, 1] }: AnyPoolAttrs): WindowAttrs {
  return { stride, padding, dilation };
}

/** `[OH, OW]` of pooling an image of `[H, W]`. */
export function pooledSize(image: Pair, attrs: AnyPoolAttrs): Pair {
  return windowOutputSize(image, attrs.kernel, windowAttrs(attrs), attrs.ceilMode);
}

function checkWindow(check: ShapeCheck, { kernel, stride, padding, dilation = [1, 1] }: AnyPoolAttrs): void {
  check.require(
    [...kernel, ...stride, ...dilation].every((value) => Number.isInteger(value) && value > 0),
    'kernel, stride and dilation must be positive integers',
  );
  check.require(
    padding.every((value) => Number.isInteger(value) && value >= 0),
    'padding must be non-negative integers',
  );
  const fits = (axis: 0 | 1): boolean =>
    Math.max(padding[axis], padding[axis + 2]) <= (dilation[axis] * (kernel[axis] - 1) + 1) / 2;
  check.require(fits(0) && fits(1), 'padding is more than half of the window');
}

const EXPECTED = 'images [N, C, H, W] with fixed C, H and W into which the window fits';

/** Type of a pool of an image: `result` [N, C, OH, OW]; a second operand must be the i32 indices of that shape. */
export function pooledType(
  operation: string,
  inputs: readonly TensorType[],
  attrs: AnyPoolAttrs,
  result: DType,
  operands: 1 | 2,
): TensorType {
  const check = new ShapeCheck(operation, inputs);
  check.operands(operands);
  checkWindow(check, attrs);
  const [x, indices] = inputs;
  check.require(x.dtype === 'f32', () => `element type ${x.dtype} is not f32`);
  const image = imageSizes(x.shape);
  check.require(image !== undefined, 'the input is not [N, C, H, W] with fixed C, H and W');
  const size = image === undefined ? [0, 0] : pooledSize([image[1], image[2]], attrs);
  if (image !== undefined) check.require(size[0] > 0 && size[1] > 0, 'the window does not fit into the padded input');
  const shape = [x.shape[0], x.shape[1], ...size];
  if (operands === 2) checkIndices(check, indices, shape);
  check.done(EXPECTED);
  return tensorType(result, shape);
}

/** Type of the adjoint of a pool: [N, C, H, W] of `inputSize` from a gradient [N, C, OH, OW]. */
export function unpooledType(
  operation: string,
  inputs: readonly TensorType[],
  attrs: AnyPoolAttrs & { readonly inputSize: Pair },
  operands: 1 | 2,
): TensorType {
  const check = new ShapeCheck(operation, inputs);
  check.operands(operands);
  checkWindow(check, attrs);
  const [grad, indices] = inputs;
  check.require(grad.dtype === 'f32', () => `element type ${grad.dtype} is not f32`);
  const image = imageSizes(grad.shape);
  check.require(image !== undefined, 'the gradient is not [N, C, OH, OW] with fixed C, OH and OW');
  const size = pooledSize(attrs.inputSize, attrs);
  if (image !== undefined) {
    check.require(
      image[1] === size[0] && image[2] === size[1],
      `an input of ${attrs.inputSize.join(' x ')} gives ${size.join(' x ')}, the gradient is ${String(image[1])} x ${String(image[2])}`,
    );
  }
  if (operands === 2) checkIndices(check, indices, grad.shape);
  check.done(EXPECTED);
  return tensorType('f32', [grad.shape[0], grad.shape[1], ...attrs.inputSize]);
}

function checkIndices(check: ShapeCheck, indices: TensorType, shape: Shape): void {
  check.require(
    indices.dtype === 'i32' && indices.shape.join() === shape.join(),
    'the indices are not i32 of the shape of the pooled image',
  );
}

/** Calls `visit(inputAt, outputAt, tap)` for every input element inside every window, windows in row-major order. */
export function visitWindows(
  image: readonly number[],
  output: readonly number[],
  attrs: AnyPoolAttrs,
  visit: (inputAt: number, outputAt: number, tap: number) => void,
): void {
  const [batch, channels, height, width] = image;
  const [, , outputHeight, outputWidth] = output;
  const window = windowAttrs(attrs);
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) {
        const outputAt = (plane * outputHeight + y) * outputWidth + x;
        visitTaps([height, width], attrs.kernel, window, y, x, (row, column, tap) =>
          visit((plane * height + row) * width + column, outputAt, tap),
        );
      }
    }
  }
}
