// Lowerings of average pools and their adjoint.

import type { AvgPool2dAttrs } from '@netwright/ir';
import { binary, cast, constant, guarded, indexValue, reduce } from '../kernels/expression.ts';
import { scaleIndex, shiftIndex } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Expr } from '../kernels/kernel.ts';
import type { Lowering } from './lowering.ts';
import { insideImage, windowPosition, windowSource, type WindowAttrs } from './windows.ts';

function windowOf({ stride, padding }: AvgPool2dAttrs): WindowAttrs {
  return { stride, padding, dilation: [1, 1] };
}

export const avgPool2d: Lowering<'avgPool2d'> = ({
  read,
  at,
  inputs: [image],
  output,
  attrs,
  extents,
  reductionAxis,
}) => {
  const [n, c, y, x] = at;
  const [kh, kw] = attrs.kernel.map((extent) => reductionAxis(extent));
  const row = windowPosition(y, kh.index, windowOf(attrs), 0);
  const column = windowPosition(x, kw.index, windowOf(attrs), 1);
  const guards = insideImage(row, column, image.shape);
  const pixel = guarded(guards, read(0, [n, c, row, column]), constant(0), extents);
  return binary('div', reduce('sum', [kh.id, kw.id], pixel), divisor([y, x], image.shape, output.shape, attrs));
};

export const avgPool2dAdjoint: Lowering<'avgPool2dAdjoint'> = (context) => {
  const { read, at, inputs, output, attrs, extents, reductionAxis } = context;
  const [n, c, h, w] = at;
  const { shape } = inputs[0];
  const [kh, kw] = attrs.kernel.map((extent) => reductionAxis(extent));
  const { row, column, guards } = windowSource([h, w], [kh.index, kw.index], windowOf(attrs), shape, extents);
  const g = guarded(guards, read(0, [n, c, row, column]), constant(0), extents);
  const count = divisor([row, column], output.shape, shape, attrs);
  const over = [kh.id, kw.id];
  if (count.kind === 'const') return binary('div', reduce('sum', over, g), count);
  // Where there is no such window, 0 is divided by a count of none, which must not be 0.
  return reduce('sum', over, binary('div', g, binary('max', count, constant(1))));
};

/** What the window of an output position is divided by. */
function divisor(
  position: readonly [Index, Index],
  image: readonly number[],
  output: readonly number[],
  attrs: AvgPool2dAttrs,
): Expr {
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    countedTaps(position[axis], image[axis + 2], output[axis + 2], attrs, axis),
  );
  return binary('mul', cast(rows, 'f32'), cast(columns, 'f32'));
}

/** Taps of a window that count along one axis, i32: those in the image, or in the padded image with `countIncludePad`. */
function countedTaps(position: Index, size: number, outputs: number, attrs: AvgPool2dAttrs, axis: 0 | 1): Expr {
  const { kernel, stride, padding, countIncludePad } = attrs;
  const [before, limit] = countIncludePad ? [0, size + padding[axis + 2]] : [padding[axis], size];
  const lastEnd = (outputs - 1) * stride[axis] - padding[axis] + kernel[axis];
  if (before === 0 && lastEnd <= limit) return constant(kernel[axis], 'i32');
  const start = shiftIndex(scaleIndex(position, stride[axis]), -padding[axis]);
  const last = shiftIndex(start, kernel[axis]);
  const end = lastEnd <= limit ? indexValue(last) : binary('min', indexValue(last), constant(limit, 'i32'));
  const first = before === 0 ? indexValue(start) : binary('max', indexValue(start), constant(0, 'i32'));
  return binary('sub', end, first);
}
