// Which kernels give the same result in every run until the store changes.

import { kernelLoads } from '../kernels/contents.ts';
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
  const varies = (kernel: Kernel): boolean =>
    [...kernel.outputs, ...kernelLoads(kernel)].some(({ buffer }) => varying.has(buffer));
  let known = -1;
  while (known < varying.size) {
    known = varying.size;
    for (const kernel of kernels) if (varies(kernel)) for (const { buffer } of kernel.outputs) varying.add(buffer);
  }
  return new Set(kernels.flatMap((kernel, at) => (varies(kernel) ? [] : [at])));
}
