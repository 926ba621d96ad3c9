// Which buffers share memory because one takes the place of another, element by element.

import type { BufferDecl, Kernel, KernelProgram } from '../kernels/kernel.ts';
import { accessesOf, readsSameElement, type Access } from '../fusion/kernel-facts.ts';
import type { Lifetime } from './lifetimes.ts';

/**
 * For each output that is stored in place of an input, that input. The input's last use is the kernel, which reads it only at the element that the same
 * iteration writes, and both have the same element type, shape and storage.
 */
export function findAliases(
  { buffers, kernels }: KernelProgram,
  lifetimes: ReadonlyMap<number, Lifetime>,
): ReadonlyMap<number, number> {
  const aliases = new Map<number, number>();
  kernels.forEach((kernel, at) => {
    const accesses = accessesByBuffer(kernel);
    const taken = new Set<number>();
    for (const output of kernel.outputs) {
      if (lifetimes.get(output.buffer)?.first !== at) continue;
      for (const [buffer, own] of accesses) {
        const lifetime = lifetimes.get(buffer);
        if (
          lifetime?.last !== at ||
          lifetime.first >= at ||
          taken.has(buffer) ||
          !areAlike(buffers[buffer], buffers[output.buffer])
        )
          continue;
        if (
          !own.every(
            ({ load, reduce }) => reduce === undefined && readsSameElement(load, output.index, buffers[buffer]),
          )
        )
          continue;
        taken.add(buffer);
        aliases.set(output.buffer, buffer);
        break;
      }
    }
  });
  return aliases;
}

function accessesByBuffer(kernel: Kernel): ReadonlyMap<number, readonly Access[]> {
  const found = new Map<number, Access[]>();
  for (const access of accessesOf(kernel)) {
    const known = found.get(access.load.buffer);
    if (known === undefined) found.set(access.load.buffer, [access]);
    else known.push(access);
  }
  return found;
}

function areAlike(a: BufferDecl, b: BufferDecl): boolean {
  return (
    a.dtype === b.dtype &&
    a.shape.join() === b.shape.join() &&
    a.storage.offset === b.storage.offset &&
    a.storage.size === b.storage.size &&
    a.storage.strides.join() === b.storage.strides.join()
  );
}
