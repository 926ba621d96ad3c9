// Which kernels give the same result in every run until the store changes.

import { buffersRead } from '../kernels/contents.ts';
import type { Kernel, KernelProgram } from '../kernels/kernel.ts';

/**
 * Positions of the kernels that depend only on constants and on persistent entries that the program does not write. Kernels that share a buffer with one that
 * does not are left out, so that nothing of a buffer has to be kept between runs while the rest is written.
 */
export function preparedKernels({ buffers, kernels }: KernelProgram): ReadonlySet<number> {
  const written = new Set<string>();
  for (const { outputs } of kernels) {
    for (const { buffer } of outputs) {
      const { role } = buffers[buffer];
      if (role.kind === 'persistent') written.add(role.name);
    }
  }
  const varying = new Set(
    buffers
      .filter(({ role }) => role.kind === 'input' || (role.kind === 'persistent' && written.has(role.name)))
      .map(({ id }) => id),
  );
  const varies = (kernel: Kernel): boolean => {
    for (const { buffer } of kernel.outputs) if (varying.has(buffer)) return true;
    for (const buffer of buffersRead(kernel)) if (varying.has(buffer)) return true;
    return false;
  };
  let steady = kernels.map((_, at) => at);
  for (;;) {
    const left = steady.filter((at) => {
      if (!varies(kernels[at])) return true;
      for (const { buffer } of kernels[at].outputs) varying.add(buffer);
      return false;
    });
    if (left.length === steady.length) return new Set(left);
    steady = left;
  }
}
