// Lowerings of reductions and matrix products.

import { binary, reduce } from '../kernels/expression.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { ReduceOp } from '../kernels/kernel.ts';
import type { Lowering, LoweringContext, ReductionAxis } from './lowering.ts';

export const sum: Lowering<'sum'> = (context) => reduceAxes('sum', context);
export const amax: Lowering<'amax'> = (context) => reduceAxes('max', context);

function reduceAxes(op: ReduceOp, { read, at, inputs: [x], attrs: { axes, keepDims }, reductionAxis }: LoweringContext<'sum'> | LoweringContext<'amax'>): ReturnType<Lowering<'sum'>> {
  const over: ReductionAxis[] = [];
  let next = 0;
  const index = x.shape.map((extent, axis): Index => {
    if (!axes.includes(axis)) return at[next++];
    if (keepDims) next++;
    const added = reductionAxis(extent);
    over.push(added);
    return added.index;
  });
  return reduce(op, over.map(({ id }) => id), read(0, index));
}

export const argmax: Lowering<'argmax'> = ({ read, at, inputs: [x], attrs: { axis }, reductionAxis }) => {
  const over = reductionAxis(x.shape[axis]);
  return reduce('argmax', [over.id], read(0, [...at.slice(0, axis), over.index, ...at.slice(axis)]));
};

export const matmul: Lowering<'matmul'> = ({ read, at, inputs: [a], reductionAxis }) => {
  const batch = at.slice(0, -2);
  const [row, column] = at.slice(-2);
  const over = reductionAxis(a.shape[a.shape.length - 1]);
  return reduce('sum', [over.id], binary('mul', read(0, [...batch, row, over.index]), read(1, [...batch, over.index, column])));
};
