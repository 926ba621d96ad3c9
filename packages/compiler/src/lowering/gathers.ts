// Lowerings of reads at positions that are data, and of their adjoint.

import { binary, constant, guarded, indexValue, reduce, select } from '../kernels/expression.ts';
import { valueIndex } from '../kernels/index-algebra.ts';
import { kernelDType, type Lowering } from './lowering.ts';

export const gather: Lowering<'gather'> = ({ read, at, inputs: [x, indices], output, attrs: { axis }, extents }) => {
  const end = axis + indices.shape.length;
  const position = valueIndex(read(1, at.slice(axis, end)));
  const value = read(0, [...at.slice(0, axis), position, ...at.slice(end)]);
  const inside = { index: position, lower: 0, upper: x.shape[axis] };
  return guarded([inside], value, constant(0, kernelDType(output)), extents);
};

/** Sums over all positions, those that name another element as 0. */
export const gatherAdjoint: Lowering<'gatherAdjoint'> = ({ read, at, inputs, attrs: { axis }, reductionAxis }) => {
  const over = inputs[1].shape.map((extent) => reductionAxis(extent));
  const indices = over.map(({ index }) => index);
  const g = read(0, [...at.slice(0, axis), ...indices, ...at.slice(axis + 1)]);
  const chosen = select(binary('eq', read(1, indices), indexValue(at[axis])), g, constant(0));
  const ids = over.map(({ id }) => id);
  return ids.length === 0 ? chosen : reduce('sum', ids, chosen);
};
