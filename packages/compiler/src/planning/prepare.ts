import type { KernelProgram } from '../kernels/kernel.ts';
import { preparedKernels } from '../fusion/prepared-kernels.ts';

/** The kernels whose results change only with the store come first, in their order; `prepareCount` says how many they are. */
export function separatePrepared(program: KernelProgram): {
  readonly program: KernelProgram;
  readonly prepareCount: number;
} {
  const prepared = preparedKernels(program);
  const { buffers, kernels } = program;
  const isPrepared = (_: unknown, at: number): boolean => prepared.has(at);
  const rest = kernels.filter((kernel, at) => !isPrepared(kernel, at));
  return { program: { buffers, kernels: [...kernels.filter(isPrepared), ...rest] }, prepareCount: prepared.size };
}
