// Which buffers hold the same values in every run until the store changes.

import type { KernelProgram } from '@netwright/compiler';
import { kernelLoads } from '@netwright/compiler/kernels';

/** Constants, persistent buffers that the program does not write, and what is computed from them alone. */
export function preparedBuffers({ buffers, kernels }: KernelProgram): ReadonlySet<number> {
  const written = new Set(kernels.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
  const names = new Set(
    buffers.flatMap(({ id, role }) => (role.kind === 'persistent' && written.has(id) ? [role.name] : [])),
  );
  const prepared = new Set(
    buffers
      .filter(({ role }) => role.kind === 'constant' || (role.kind === 'persistent' && !names.has(role.name)))
      .map(({ id }) => id),
  );
  for (const kernel of kernels) {
    const steady = kernelLoads(kernel).every(({ buffer }) => prepared.has(buffer));
    for (const { buffer } of kernel.outputs) {
      if (steady) prepared.add(buffer);
      else prepared.delete(buffer);
    }
  }
  return prepared;
}
