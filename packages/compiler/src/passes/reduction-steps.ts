import { reducesOf, type ReduceExpr } from '../kernels/expression.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { extentsOf, stepsOf } from '../fusion/kernel-facts.ts';

/** Distinct reductions of a kernel. */
export function reductionsOf({ outputs }: Pick<Kernel, 'outputs'>): readonly ReduceExpr[] {
  return [...new Set(outputs.flatMap(({ value }) => reducesOf(value)))];
}

/** Steps of all loops over reduction axes for one output element. */
export function reductionSteps(kernel: Kernel): number {
  const extents = extentsOf(kernel);
  return reductionsOf(kernel).reduce((sum, reduce) => sum + stepsOf(reduce, extents), 0);
}
