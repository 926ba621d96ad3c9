// A place in one arena for every buffer that lives only during a run.

import type { BufferDecl, BufferDType, Kernel, KernelProgram } from '../kernels/kernel.ts';
import { loadsOf } from '../kernels/expression.ts';
import type { MemoryPlan } from '../planned-program.ts';

const BYTES: Readonly<Record<BufferDType, number>> = { f32: 4, i32: 4, u8: 1, bool: 1 };

interface Interval {
  readonly id: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Offsets by first-defined, best-fitting gaps: larger buffers first, each at the lowest place where no buffer that lives at the same time lies. Inputs
 * live from the start and outputs to the end.
 */
export function planMemory(program: KernelProgram, alignment: number): MemoryPlan {
  const { intervals, lastUses } = lifetimes(program, alignment);
  const offsets = new Array<number>(program.buffers.length).fill(-1);
  const placed: Interval[] = [];
  let arenaBytes = 0;
  for (const interval of [...intervals].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const others = placed.filter((other) => other.first <= interval.last && interval.first <= other.last);
    const offset = bestGap(others.map((other) => [offsets[other.id], offsets[other.id] + other.bytes] as const), interval.bytes);
    offsets[interval.id] = offset;
    arenaBytes = Math.max(arenaBytes, offset + interval.bytes);
    placed.push(interval);
  }
  return { offsets, arenaBytes, alignment, peakBytes: peakOf(program.buffers, intervals, program.kernels.length), lastUses };
}

/** The smallest gap between occupied ranges that is large enough, or the end. */
function bestGap(occupied: readonly (readonly [number, number])[], bytes: number): number {
  let end = 0;
  let best = -1;
  let bestSize = Infinity;
  for (const [start, stop] of [...occupied].sort((a, b) => a[0] - b[0])) {
    const size = start - end;
    if (size >= bytes && size < bestSize) {
      best = end;
      bestSize = size;
    }
    end = Math.max(end, stop);
  }
  return best >= 0 ? best : end;
}

function lifetimes(program: KernelProgram, alignment: number): { readonly intervals: readonly Interval[]; readonly lastUses: readonly (readonly number[])[] } {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  const end = program.kernels.length;
  for (const { id, role } of program.buffers) {
    if (role.kind === 'input') first.set(id, 0);
    if (role.kind === 'input') last.set(id, 0);
    if (role.kind === 'output') last.set(id, end);
  }
  program.kernels.forEach((kernel, at) => {
    for (const buffer of buffersOf(kernel)) {
      if (!first.has(buffer)) first.set(buffer, at);
      last.set(buffer, Math.max(last.get(buffer) ?? at, at));
    }
  });
  const intervals = program.buffers.flatMap(({ id, role, dtype, storage }): Interval[] => {
    const start = first.get(id);
    if (start === undefined || role.kind === 'persistent' || role.kind === 'constant') return [];
    const bytes = Math.ceil((storage.size * BYTES[dtype]) / alignment) * alignment;
    return [{ id, bytes: Math.max(bytes, alignment), first: start, last: last.get(id) ?? start }];
  });
  const lastUses: number[][] = program.kernels.map(() => []);
  for (const interval of intervals) if (interval.last < end) lastUses[interval.last].push(interval.id);
  return { intervals, lastUses };
}

/** Buffers that a kernel reads or writes. */
export function buffersOf(kernel: Kernel): ReadonlySet<number> {
  const seen = new Set<number>();
  for (const { buffer, value } of kernel.outputs) {
    seen.add(buffer);
    for (const load of loadsOf(value)) seen.add(load.buffer);
  }
  return seen;
}

function peakOf(buffers: readonly BufferDecl[], intervals: readonly Interval[], kernels: number): number {
  const change = new Float64Array(kernels + 2);
  for (const { id, first, last } of intervals) {
    const { shape, dtype } = buffers[id];
    const bytes = shape.reduce((product, dim) => product * dim, 1) * BYTES[dtype];
    change[first] += bytes;
    change[last + 1] -= bytes;
  }
  let live = 0;
  return change.reduce((peak, delta) => {
    live += delta;
    return Math.max(peak, live);
  }, 0);
}
