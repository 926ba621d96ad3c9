// A place for every buffer that lives only during a run.

import type { KernelCapabilities } from '../capabilities.ts';
import { defaultCapabilities } from '../capabilities.ts';
import { canonicalBytes, storageBytes } from '../kernels/buffer-bytes.ts';
import type { KernelProgram } from '../kernels/kernel.ts';
import type { MemoryPlan } from '../planned-program.ts';
import { findAliases } from './aliases.ts';
import { liveBytes, placeBlocks } from './arena.ts';
import { lifetimesOf, type Lifetime } from './lifetimes.ts';
import { separatePrepared } from './prepare.ts';

export interface PlanOptions {
  /** Bytes to which offsets are rounded up. Default 64. */
  readonly alignment?: number;
  /** Kernels at the start whose results keep memory of their own. Default 0. */
  readonly prepareCount?: number;
  readonly capabilities?: Pick<KernelCapabilities, 'inPlace' | 'memory'>;
}

/** Buffers that share one place, one after the other. */
interface Group {
  readonly buffers: number[];
  first: number;
  last: number;
}

/** Lifetimes, then aliases, then offsets; with `memory: 'handles'` every offset is -1. */
export function planMemory(
  program: KernelProgram,
  { alignment = 64, prepareCount = 0, capabilities = defaultCapabilities }: PlanOptions = {},
): MemoryPlan {
  const lifetimes = lifetimesOf(program, prepareCount);
  const groups = liveGroups(program, lifetimes, capabilities);
  const offsets = new Array<number>(program.buffers.length).fill(-1);
  let arenaBytes = 0;
  if (capabilities.memory === 'arena') {
    const round = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
    const placement = placeBlocks(
      groups.map(({ buffers: [head], first, last }) => ({
        bytes: round(storageBytes(program.buffers[head])),
        first,
        last,
      })),
    );
    groups.forEach(({ buffers }, at) => {
      for (const buffer of buffers) offsets[buffer] = placement.offsets[at];
    });
    arenaBytes = placement.bytes;
  }
  return {
    offsets,
    arenaBytes,
    alignment,
    peakBytes: Math.max(0, ...liveOf(program, groups)),
    lastUses: lastUsesOf(program, lifetimes),
  };
}

/** Largest sum of live canonical bytes of a program that has no schedule yet; what is prepared from parameters does not count. */
export function peakBytesOf(
  program: KernelProgram,
  capabilities: Pick<KernelCapabilities, 'inPlace' | 'memory'> = defaultCapabilities,
): number {
  return liveBytesOf(program, capabilities).peak;
}

/** The memory of a program over its run, in bytes of the values themselves. */
export interface LiveBytes {
  /** Canonical bytes that live while a kernel runs, by its position; 0 for kernels that depend on parameters only. */
  readonly during: readonly number[];
  readonly peak: number;
}

/** What lives when, in a program that has no schedule yet. */
export function liveBytesOf(
  program: KernelProgram,
  capabilities: Pick<KernelCapabilities, 'inPlace' | 'memory'> = defaultCapabilities,
): LiveBytes {
  const { program: separated, prepareCount } = separatePrepared(program);
  const live = liveOf(separated, liveGroups(separated, lifetimesOf(separated, prepareCount), capabilities));
  const position = new Map(separated.kernels.map((kernel, at) => [kernel, at] as const));
  return {
    during: program.kernels.map((kernel) => {
      const at = position.get(kernel) ?? 0;
      return at < prepareCount ? 0 : live[at + 1];
    }),
    peak: Math.max(0, ...live),
  };
}

function liveGroups(
  program: KernelProgram,
  lifetimes: ReadonlyMap<number, Lifetime>,
  { inPlace, memory }: Pick<KernelCapabilities, 'inPlace' | 'memory'>,
): readonly Group[] {
  return groupAliases(lifetimes, inPlace && memory === 'arena' ? findAliases(program, lifetimes) : new Map());
}

function groupAliases(
  lifetimes: ReadonlyMap<number, Lifetime>,
  aliases: ReadonlyMap<number, number>,
): readonly Group[] {
  const groups: Group[] = [];
  const groupOf = new Map<number, Group>();
  for (const lifetime of [...lifetimes.values()].sort((a, b) => a.first - b.first || a.buffer - b.buffer)) {
    const { buffer, first, last } = lifetime;
    const source = aliases.get(buffer);
    const known = source === undefined ? undefined : groupOf.get(source);
    const group = known ?? { buffers: [], first, last };
    if (known === undefined) groups.push(group);
    group.buffers.push(buffer);
    group.last = Math.max(group.last, last);
    groupOf.set(buffer, group);
  }
  return groups;
}

/** Canonical bytes before the first kernel, during each, and after the last that is used. */
function liveOf({ buffers }: KernelProgram, groups: readonly Group[]): Float64Array {
  return liveBytes(
    groups.map(({ buffers: members, first, last }) => ({
      bytes: Math.max(...members.map((buffer) => canonicalBytes(buffers[buffer]))),
      first,
      last,
    })),
  );
}

function lastUsesOf(
  { kernels, buffers }: KernelProgram,
  lifetimes: ReadonlyMap<number, Lifetime>,
): readonly (readonly number[])[] {
  const lastUses: number[][] = kernels.map(() => []);
  for (const { buffer, last } of lifetimes.values()) {
    if (last >= 0 && last < kernels.length && buffers[buffer].role.kind !== 'output') lastUses[last].push(buffer);
  }
  return lastUses;
}
