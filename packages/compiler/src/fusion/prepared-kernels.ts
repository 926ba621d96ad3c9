// Which kernels give the same result in every run until the store changes.

import { kernelLoads } from '../kernels/contents.ts';
import type { KernelProgram } from '../kernels/kernel.ts';

/** Positions of the kernels that depend only on constants and on persistent entries that the program does not write. */
export function preparedKernels({ buffers, kernels }: KernelProgram): ReadonlySet<number> {
  const written = new Set<string>();
  for (const { outputs } of kernels) {
    for (const { buffer } of outputs) {
      const { role } = buffers[buffer];
      if (role.kind === 'persistent') written.add(role.name);
    }
  }
  const fixed = new Set(
    buffers
      .filter(({ role }) => role.kind === 'constant' || (role.kind === 'persistent' && !written.has(role.name)))
      .map(({ id }) => id),
  );
  const partial = new Set<number>();
  const prepared = new Set<number>();
  kernels.forEach((kernel, at) => {
    const steady =
      kernelLoads(kernel).every(({ buffer }) => fixed.has(buffer)) &&
      kernel.outputs.every(({ buffer }) => buffers[buffer].role.kind !== 'persistent');
    if (steady) prepared.add(at);
    for (const { buffer } of kernel.outputs) {
      if (steady && !partial.has(buffer)) fixed.add(buffer);
      else {
        fixed.delete(buffer);
        partial.add(buffer);
      }
    }
  });
  return prepared;
}
