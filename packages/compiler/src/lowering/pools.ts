// Lowerings of pools and of their gradients.

import type { AvgPool2dAttrs, Pair } from '@netwright/ir';
import { binary, cast, constant, guarded, indexValue, reduce, select } from '../kernels/expression.ts';
import { addIndices, floorDivide, modulo, scaleIndex, shiftIndex, valueIndex } from '../kernels/index-algebra.ts';
import type { Guard, Index } from '../kernels/index-expression.ts';
import type { Expr, ReduceOp } from '../kernels/kernel.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { windowPosition, windowSource, type WindowAttrs } from './windows.ts';

function reduceWindow(
  op: ReduceOp,
  fill: number,
  attrs: WindowAttrs & { readonly kernel: Pair },
  { read, at: [n, c, y, x], inputs: [image], extents, reductionAxis }: Pick<LoweringContext<'maxPool2d'>, 'read' | 'at' | 'inputs' | 'extents' | 'reductionAxis'>,
): Expr {
  const [kh, kw] = attrs.kernel.map((extent) => reductionAxis(extent));
  const row = windowPosition(y, kh.index, attrs, 0);
  const column = windowPosition(x, kw.index, attrs, 1);
  const pixel = guarded(inside(row, column, image.shape), read(0, [n, c, row, column]), constant(fill), extents);
  return reduce(op, [kh.id, kw.id], pixel);
}

function inside(row: Index, column: Index, shape: readonly number[]): readonly Guard[] {
  return [
    { index: row, lower: 0, upper: shape[2] },
    { index: column, lower: 0, upper: shape[3] },
  ];
}

export const maxPool2d: Lowering<'maxPool2d'> = (context) => reduceWindow('max', -Infinity, context.attrs, context);

export const maxPool2dIndices: Lowering<'maxPool2dIndices'> = (context) => reduceWindow('argmax', -Infinity, context.attrs, context);

export const maxPool2dSelect: Lowering<'maxPool2dSelect'> = ({ read, at, inputs: [image], attrs, extents }) => {
  const [n, c, y, x] = at;
  const tap = valueIndex(read(1, at));
  const row = windowPosition(y, floorDivide(tap, attrs.kernel[1]), attrs, 0);
  const column = windowPosition(x, modulo(tap, attrs.kernel[1]), attrs, 1);
  return guarded(inside(row, column, image.shape), read(0, [n, c, row, column]), constant(0), extents);
};

export const maxPool2dScatter: Lowering<'maxPool2dScatter'> = ({ read, at: [n, c, h, w], inputs: [grad], attrs, extents, reductionAxis }) => {
  const [kh, kw] = attrs.kernel.map((extent) => reductionAxis(extent));
  const row = windowSource(h, kh.index, attrs, 0, grad.shape[2], extents);
  const column = windowSource(w, kw.index, attrs, 1, grad.shape[3], extents);
  const guards = [...row.guards, ...column.guards];
  const source = [n, c, row.index, column.index];
  const tap = indexValue(addIndices(scaleIndex(kh.index, attrs.kernel[1]), kw.index));
  const chosen = guarded(guards, read(1, source), constant(-1, 'i32'), extents);
  const g = guarded(guards, read(0, source), constant(0), extents);
  return reduce('sum', [kh.id, kw.id], select(binary('eq', chosen, tap), g, constant(0)));
};

export const avgPool2d: Lowering<'avgPool2d'> = (context) => {
  const { attrs, inputs, output, at } = context;
  const window = { ...attrs, dilation: [1, 1] } as const;
  const total = reduceWindow('sum', 0, window, context);
  return binary('div', total, divisor([at[2], at[3]], inputs[0].shape, output.shape, attrs));
};

export const avgPool2dAdjoint: Lowering<'avgPool2dAdjoint'> = ({ read, at: [n, c, h, w], inputs: [grad], output, attrs, extents, reductionAxis }) => {
  const window = { ...attrs, dilation: [1, 1] } as const;
  const [kh, kw] = attrs.kernel.map((extent) => reductionAxis(extent));
  const row = windowSource(h, kh.index, window, 0, grad.shape[2], extents);
  const column = windowSource(w, kw.index, window, 1, grad.shape[3], extents);
  const g = guarded([...row.guards, ...column.guards], read(0, [n, c, row.index, column.index]), constant(0), extents);
  const count = divisor([row.index, column.index], output.shape, grad.shape, attrs);
  return reduce('sum', [kh.id, kw.id], binary('div', g, count));
};

/** What the window of an output position is divided by, as an f32. */
function divisor(position: readonly [Index, Index], image: readonly number[], output: readonly number[], attrs: AvgPool2dAttrs): Expr {
  const [rows, columns] = ([0, 1] as const).map((axis) => extentInside(position[axis], image[axis + 2], output[axis + 2], attrs, axis));
  if (rows.kind === 'const' && columns.kind === 'const') return constant(rows.value * columns.value);
  return binary('mul', cast(rows, 'f32'), cast(columns, 'f32'));
}

/** Rows (or columns) of a window that count: those in the image, or in the padded image with `countIncludePad`. Never below 1, so that nothing is divided by 0. */
function extentInside(position: Index, size: number, outputs: number, { kernel, stride, padding, countIncludePad }: AvgPool2dAttrs, axis: 0 | 1): Expr {
  const last = (outputs - 1) * stride[axis] - padding[axis] + kernel[axis];
  const limit = countIncludePad ? size + padding[axis + 2] : size;
  if (last <= limit && (countIncludePad || padding[axis] === 0)) return constant(kernel[axis], 'i32');
  const start = shiftIndex(scaleIndex(position, stride[axis]), -padding[axis]);
  const end = binary('min', indexValue(shiftIndex(start, kernel[axis])), constant(limit, 'i32'));
  const first = countIncludePad ? indexValue(start) : binary('max', indexValue(start), constant(0, 'i32'));
  return binary('max', binary('sub', end, first), constant(1, 'i32'));
}

