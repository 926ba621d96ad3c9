// What a kernel backend receives: scheduled kernels, and a place for every buffer.

import type { KernelProgram } from './kernels/kernel.ts';

/** Where every buffer lies, and how much memory that takes. */
export interface MemoryPlan {
  /** Byte offset in the arena of each temporary, input and output buffer by buffer id; -1 for persistent and constant buffers. */
  readonly offsets: readonly number[];
  /** Bytes of the arena; offsets are multiples of `alignment`. */
  readonly arenaBytes: number;
  readonly alignment: number;
  /** Largest sum of live canonical bytes over the emitted order, without scratch and padding of the schedule. */
  readonly peakBytes: number;
  /** For each kernel, the buffers whose last use it is (for backends that free handles). */
  readonly lastUses: readonly (readonly number[])[];
}

/**
 * Kernels `0 .. prepareCount - 1` depend only on persistent and constant buffers that the program does not write; they run again only when
 * the store's version has changed, and what they write keeps its own memory between runs. New values of parameters and state are written to
 * their persistent buffers by the kernels themselves.
 */
export interface PlannedProgram {
  readonly program: KernelProgram;
  readonly prepareCount: number;
  readonly plan: MemoryPlan;
}

/** A named rewrite of kernels, supplied by a backend and run before memory is planned. */
export interface SchedulePass {
  readonly name: string;
  /** What must hold before, and what holds after, in one sentence each. */
  readonly requires: string;
  readonly guarantees: string;
  run(program: KernelProgram): KernelProgram;
}
