// When each buffer is needed.

import { buffersRead } from '../kernels/contents.ts';
import type { KernelProgram } from '../kernels/kernel.ts';

/** Positions of kernels between which, both included, a buffer holds something that is still needed. */
export interface Lifetime {
  readonly buffer: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Lifetimes of the buffers that live during a run only, by id. Inputs live from before the first kernel of the run, outputs until after the last. Persistent
 * and constant buffers, those that the first `prepareCount` kernels write, and temporaries that no kernel mentions have none.
 */
export function lifetimesOf({ buffers, kernels }: KernelProgram, prepareCount: number): ReadonlyMap<number, Lifetime> {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  const kept = new Set<number>();
  kernels.forEach((kernel, at) => {
    const written = kernel.outputs.map(({ buffer }) => buffer);
    if (at < prepareCount) for (const buffer of written) kept.add(buffer);
    for (const buffer of [...buffersRead(kernel), ...written]) {
      if (!first.has(buffer)) first.set(buffer, at);
      last.set(buffer, at);
    }
  });
  const lifetimes = new Map<number, Lifetime>();
  for (const { id, role } of buffers) {
    if (role.kind === 'persistent' || role.kind === 'constant' || kept.has(id)) continue;
    const start = prepareCount - 1;
    const used = first.get(id);
    if (role.kind === 'input') lifetimes.set(id, { buffer: id, first: start, last: last.get(id) ?? start });
    else if (role.kind === 'output')
      lifetimes.set(id, { buffer: id, first: used ?? kernels.length, last: kernels.length });
    else if (used !== undefined) lifetimes.set(id, { buffer: id, first: used, last: last.get(id) ?? used });
  }
  return lifetimes;
}
