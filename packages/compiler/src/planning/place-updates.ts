// Decides where new values of persistent entries are written: straight into place, or aside and copied at the end.

import { buffersRead } from '../kernels/contents.ts';
import { load } from '../kernels/expression.ts';
import { axisIndex } from '../kernels/index-algebra.ts';
import type { BufferDecl, Kernel, KernelProgram } from '../kernels/kernel.ts';
import { compactBuffers, renameBuffers } from '../kernels/rename-buffers.ts';
import type { SchedulePass } from '../planned-program.ts';
import { accessesOf, readsSameElement } from '../fusion/kernel-facts.ts';

export const placeUpdates: SchedulePass = {
  name: 'place-updates',
  requires:
    'Kernels are in the order of execution; old and new values of persistent entries have buffers of their own.',
  guarantees:
    'Each persistent entry has one buffer. Its old value is not read after it is written, but for the element that the same iteration writes.',
  run: (program) => {
    const lastRead = new Map<number, number>();
    const firstWritten = new Map<number, number>();
    program.kernels.forEach((kernel, at) => {
      for (const buffer of buffersRead(kernel)) lastRead.set(buffer, at);
      for (const { buffer } of kernel.outputs) if (!firstWritten.has(buffer)) firstWritten.set(buffer, at);
    });
    const renamed = new Map<number, number>();
    const buffers = [...program.buffers];
    const copies: Kernel[] = [];
    for (const { id, name, old } of updatedEntries(program)) {
      if (old === undefined) continue;
      const written = firstWritten.get(id) ?? 0;
      const read = lastRead.get(old) ?? -1;
      if (read < written || (read === written && readsOnlyOwnElements(program.kernels[written], old, id, buffers))) {
        renamed.set(id, old);
        continue;
      }
      buffers[id] = { ...buffers[id], role: { kind: 'temporary' } };
      copies.push(copyKernel(`${name}:update`, program.kernels[written], buffers[id], old));
    }
    const names = new Set(program.kernels.map(({ name }) => name));
    const distinct = copies.map((copy) => (names.has(copy.name) ? { ...copy, name: `${copy.name}:copy` } : copy));
    return compactBuffers({
      buffers,
      kernels: [...program.kernels.map((kernel) => renameBuffers(kernel, renamed)), ...distinct],
    });
  },
};

interface UpdatedEntry {
  readonly name: string;
  /** The buffer of the new value. */
  readonly id: number;
  readonly old: number | undefined;
}

/** Persistent entries that kernels write. */
export function updatedEntries({ buffers, kernels }: KernelProgram): readonly UpdatedEntry[] {
  const written = new Set(kernels.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
  const old = new Map<string, number>();
  for (const { id, role } of buffers) if (role.kind === 'persistent' && !written.has(id)) old.set(role.name, id);
  return buffers.flatMap(({ id, role }) =>
    role.kind === 'persistent' && written.has(id) ? [{ name: role.name, id, old: old.get(role.name) }] : [],
  );
}

function readsOnlyOwnElements(kernel: Kernel, old: number, id: number, buffers: readonly BufferDecl[]): boolean {
  const output = kernel.outputs.find(({ buffer }) => buffer === id);
  if (output === undefined) return false;
  return accessesOf(kernel)
    .filter(({ load: { buffer } }) => buffer === old)
    .every(({ load: read, reduce }) => reduce === undefined && readsSameElement(read, output.index, buffers[old]));
}

function copyKernel(name: string, { sources }: Kernel, { id, dtype, shape }: BufferDecl, target: number): Kernel {
  const axes = shape.map((extent, axis) => ({ id: axis, extent }));
  const index = axes.map((axis) => axisIndex(axis.id));
  return {
    name,
    sources,
    axes,
    reductionAxes: [],
    outputs: [{ buffer: target, index, value: load(id, dtype === 'u8' ? 'i32' : dtype, index) }],
  };
}
