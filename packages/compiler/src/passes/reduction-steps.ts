import { extentsOf, stepsOf } from '../fusion/kernel-facts.ts';
import { kernelReduces } from '../kernels/contents.ts';
import type { Kernel } from '../kernels/kernel.ts';

/** Steps of all loops over reduction axes for one output element. */
export function reductionSteps(kernel: Kernel): number {
  const extents = extentsOf(kernel);
  return kernelReduces(kernel).reduce((sum, reduce) => sum + stepsOf(reduce, extents), 0);
}
