// Lowerings of reductions and matrix products.

import { binary, reduce } from '../kernels/expression.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Expr, ReduceOp } from '../kernels/kernel.ts';
import type { Lowering, LoweringContext, ReductionAxis } from './lowering.ts';

export const sum: Lowering<'sum'> = (context) => reduceAxes('sum', context);

export const amax: Lowering<'amax'> = (context) => reduceAxes('max', context);

function reduceAxes(op: ReduceOp, context: LoweringContext<'sum' | 'amax'>): Expr {
  const { read, at, inputs, attrs, reductionAxis } = context;
  const over: ReductionAxis[] = [];
  let next = 0;
  const index = inputs[0].shape.map((extent, axis): Index => {
    if (!attrs.axes.includes(axis)) return at[next++];
    if (attrs.keepDims) next++;
    const added = reductionAxis(extent);
    over.push(added);
    return added.index;
  });
  const element = read(0, index);
  const ids = over.map(({ id }) => id);
  return ids.length === 0 ? element : reduce(op, ids, element);
}

export const argmax: Lowering<'argmax'> = ({ read, at, inputs: [x], attrs: { axis }, reductionAxis }) => {
  const over = reductionAxis(x.shape[axis]);
  return reduce('argmax', [over.id], read(0, [...at.slice(0, axis), over.index, ...at.slice(axis)]));
};

export const matmul: Lowering<'matmul'> = ({ read, at, inputs: [a], reductionAxis }) => {
  const batch = at.slice(0, -2);
  const [row, column] = at.slice(-2);
  const over = reductionAxis(a.shape[a.shape.length - 1]);
  const product = binary('mul', read(0, [...batch, row, over.index]), read(1, [...batch, over.index, column]));
  return reduce('sum', [over.id], product);
};
