// Lowerings of maximum pools: values, positions, and what is read or added at them.

import type { MaxPool2dAttrs } from '@netwright/ir';
import { binary, constant, guarded, indexValue, reduce, select } from '../kernels/expression.ts';
import { addIndices, floorDivide, modulo, scaleIndex, shiftIndex, valueIndex } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Expr } from '../kernels/kernel.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { insideImage, windowPosition, windowSource } from './windows.ts';

export const maxPool2d: Lowering<'maxPool2d'> = (context) => reduceWindow('max', context);

/** The first maximum, or the first tap inside the image where that is larger: padding loses even to -Infinity. */
export const maxPool2dIndices: Lowering<'maxPool2dIndices'> = (context) => {
  const {
    at: [, , y, x],
    inputs: [image],
    attrs,
  } = context;
  const tap = reduceWindow('argmax', context);
  const [row, column] = [firstInside(y, attrs, 0), firstInside(x, attrs, 1)];
  const first = binary('add', binary('mul', row, constant(attrs.kernel[1], 'i32')), column);
  const chosen = first.kind === 'const' && first.value === 0 ? tap : binary('max', tap, first);
  return withoutEmptyWindows(chosen, [row, column], [y, x], image.shape, attrs);
};

function reduceWindow(op: 'max' | 'argmax', context: LoweringContext<'maxPool2d' | 'maxPool2dIndices'>): Expr {
  const { read, at, inputs, attrs, extents, reductionAxis } = context;
  const [n, c, y, x] = at;
  const [kh, kw] = attrs.kernel.map((extent) => reductionAxis(extent));
  const row = windowPosition(y, kh.index, attrs, 0);
  const column = windowPosition(x, kw.index, attrs, 1);
  const guards = insideImage(row, column, inputs[0].shape);
  const pixel = guarded(guards, read(0, [n, c, row, column]), constant(-Infinity), extents);
  return reduce(op, [kh.id, kw.id], pixel);
}

/** The first tap of a window that is not in the padding before the image: `max(0, ceil((padding - output * stride) / dilation))`. */
function firstInside(output: Index, { stride, padding, dilation }: MaxPool2dAttrs, axis: 0 | 1): Expr {
  if (padding[axis] === 0) return constant(0, 'i32');
  const missing = shiftIndex(scaleIndex(output, -stride[axis]), padding[axis] + dilation[axis] - 1);
  return binary('max', indexValue(floorDivide(missing, dilation[axis])), constant(0, 'i32'));
}

/** -1 where no tap is inside, as happens when taps are further apart than the image is long. */
function withoutEmptyWindows(
  chosen: Expr,
  first: readonly [Expr, Expr],
  outputs: readonly [Index, Index],
  shape: readonly number[],
  { stride, padding, dilation }: MaxPool2dAttrs,
): Expr {
  return ([0, 1] as const).reduce((value, axis) => {
    const length = shape[axis + 2];
    if (dilation[axis] <= length || padding[axis] === 0) return value;
    const start = indexValue(shiftIndex(scaleIndex(outputs[axis], stride[axis]), -padding[axis]));
    const position = binary('add', start, binary('mul', first[axis], constant(dilation[axis], 'i32')));
    return select(binary('lt', position, constant(length, 'i32')), value, constant(-1, 'i32'));
  }, chosen);
}

export const maxPool2dSelect: Lowering<'maxPool2dSelect'> = ({ read, at, inputs: [image], attrs, extents }) => {
  const [n, c, y, x] = at;
  const [height, width] = attrs.kernel;
  const tap = valueIndex(read(1, at));
  const row = windowPosition(y, floorDivide(tap, width), attrs, 0);
  const column = windowPosition(x, modulo(tap, width), attrs, 1);
  const guards = [{ index: tap, lower: 0, upper: height * width }, ...insideImage(row, column, image.shape)];
  return guarded(guards, read(0, [n, c, row, column]), constant(0), extents);
};

export const maxPool2dScatter: Lowering<'maxPool2dScatter'> = (context) => {
  const { read, at, inputs, attrs, extents, reductionAxis } = context;
  const [n, c, h, w] = at;
  const [kh, kw] = attrs.kernel.map((extent) => reductionAxis(extent));
  const { row, column, guards } = windowSource([h, w], [kh.index, kw.index], attrs, inputs[0].shape, extents);
  const source = [n, c, row, column];
  const tap = indexValue(addIndices(scaleIndex(kh.index, attrs.kernel[1]), kw.index));
  const chosen = guarded(guards, read(1, source), constant(-1, 'i32'), extents);
  const g = guarded(guards, read(0, source), constant(0), extents);
  return reduce('sum', [kh.id, kw.id], select(binary('eq', chosen, tap), g, constant(0)));
};
