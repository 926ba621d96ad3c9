// Lowerings of views: each element is an element of an operand, or a constant.

import { constant, guarded } from '../kernels/expression.ts';
import {
  flatten,
  floorDivide,
  modulo,
  scaleIndex,
  shiftIndex,
  unflatten,
  zeroIndex,
} from '../kernels/index-algebra.ts';
import type { Guard } from '../kernels/index-expression.ts';
import type { Expr } from '../kernels/kernel.ts';
import { kernelDType, type Lowering } from './lowering.ts';

export const reshape: Lowering<'reshape'> = ({ read, at, inputs: [x], output, extents }) =>
  read(0, unflatten(flatten(at, output.shape), x.shape, extents));

export const transpose: Lowering<'transpose'> = ({ read, at, attrs: { perm } }) =>
  read(
    0,
    perm.map((_, axis) => at[perm.indexOf(axis)]),
  );

export const broadcastTo: Lowering<'broadcastTo'> = ({ read, at, inputs: [x], output }) => {
  const lead = output.shape.length - x.shape.length;
  return read(
    0,
    x.shape.map((dim, axis) => (dim === 1 ? zeroIndex : at[axis + lead])),
  );
};

export const slice: Lowering<'slice'> = ({ read, at, attrs: { starts, steps } }) =>
  read(
    0,
    at.map((index, axis) => shiftIndex(scaleIndex(index, steps[axis]), starts[axis])),
  );

export const pad: Lowering<'pad'> = ({ read, at, inputs: [x], output, attrs, extents }) => {
  const { before, interior, value } = attrs;
  const guards: Guard[] = [];
  const index = at.map((position, axis) => {
    const moved = shiftIndex(position, -before[axis]);
    const step = interior[axis] + 1;
    const source = floorDivide(moved, step, extents);
    if (step > 1) guards.push({ index: modulo(moved, step, extents), lower: 0, upper: 1 });
    guards.push({ index: source, lower: 0, upper: x.shape[axis] });
    return source;
  });
  return guarded(guards, read(0, index), constant(value, kernelDType(output)), extents);
};

export const concat: Lowering<'concat'> = ({ read, at, inputs, output, attrs: { axis }, extents }) => {
  let end = output.shape[axis];
  return inputs.reduceRight<Expr>(
    (rest, input, operand) => {
      const upper = end;
      end -= input.shape[axis];
      const lower = end;
      const index = at.map((position, dimension) => (dimension === axis ? shiftIndex(position, -lower) : position));
      return guarded([{ index: at[axis], lower, upper }], read(operand, index), rest, extents);
    },
    constant(0, kernelDType(output)),
  );
};
