// What compiles and runs kernels: WebAssembly on workers, or C on threads of its own.

import type { DriverEntry } from '../generate/driver.ts';
import type { PreparedKernel } from '../generate/kernel-module.ts';
import type { TileTuning } from '../generate/tile-plan.ts';
import type { Heap } from './heap.ts';

export interface FreshKernel {
  /** Unique in its store. */
  readonly name: string;
  readonly kernel: PreparedKernel;
}

export interface LoadRequest {
  /** Unique in the engine. */
  readonly program: number;
  readonly store: { readonly id: number; readonly heap: Heap };
  /** Kernels that the store has not seen; calls may also name those of its earlier programs. */
  readonly fresh: readonly FreshKernel[];
  readonly entries: readonly DriverEntry[];
}

export interface LoadedProgram {
  /** Runs an entry on all threads, or on the calling one alone; call inside `exclusive`. */
  run(entryIndex: number, arena: number, alone?: boolean): Promise<void>;
  dispose(): void;
}

export interface Engine {
  /** The calling one included. */
  readonly threads: number;
  readonly tuning: TileTuning;
  /** Vector instructions of a kernel from which on other threads take part. */
  readonly parallelCost: number;
  createHeap(): Heap;
  /** Runs `job` when all jobs before it have ended. */
  exclusive<T>(job: () => Promise<T>): Promise<T>;
  load(request: LoadRequest): Promise<LoadedProgram>;
  /** The store will not be used any more. */
  forget(store: number): void;
  dispose(): void;
}
