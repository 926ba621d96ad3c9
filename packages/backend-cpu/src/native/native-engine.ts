// Kernels as compiled C, on a pool of native threads.

import { availableParallelism } from 'node:os';

import { NetwrightError } from '@netwright/ir';

import { isParallel, planBarriers, type DriverEntry, type KernelCall } from '../generate/driver.ts';
import type { TileTuning } from '../generate/tile-plan.ts';
import type { Engine, FreshKernel, LoadedProgram, LoadRequest } from '../runtime/engine.ts';
import { Heap } from '../runtime/heap.ts';
import { Turns } from '../runtime/turns.ts';
import { emitUnits } from './emit-units.ts';
import { nativeTuning } from './native-tuning.ts';
import { callFlags, callHeader } from './runtime-source.ts';
import type { NativeRuntime } from './runtime.ts';
import type { Toolchain } from './toolchain.ts';

/** Programs of more vector instructions, about five milliseconds, run beside the event loop; shorter ones in the calling thread. */
const longProgram = 20_000_000;

interface StoreCode {
  readonly libraries: bigint[];
  readonly functions: Map<string, bigint>;
}

export class NativeEngine implements Engine {
  readonly threads: number;
  readonly tuning: TileTuning;
  /** A few microseconds. */
  readonly parallelCost = 15_000;
  readonly #toolchain: Toolchain;
  readonly #runtime: NativeRuntime;
  readonly #turns = new Turns();
  readonly #stores = new Map<number, StoreCode>();
  readonly #pool: bigint;

  constructor(threads: number, toolchain: Toolchain, runtime: NativeRuntime) {
    this.threads = threads;
    this.tuning = nativeTuning(toolchain.compiler.lanes);
    this.#toolchain = toolchain;
    this.#runtime = runtime;
    this.#pool = runtime.newPool(threads);
    if (this.#pool === 0n) {
      throw new NetwrightError({
        code: 'cpu.worker',
        operation: 'cpu',
        expected: `${String(threads - 1)} running worker threads`,
        received: 'a system that gives fewer',
        hint: 'use fewer threads',
      });
    }
  }

  /** Memory that never moves: an address stays right while it grows. */
  createHeap(): Heap {
    return new Heap(true);
  }

  exclusive<T>(job: () => Promise<T>): Promise<T> {
    return this.#turns.exclusive(job);
  }

  async load({ store, fresh, entries }: LoadRequest): Promise<LoadedProgram> {
    const code = this.#stores.get(store.id) ?? { libraries: [], functions: new Map<string, bigint>() };
    this.#stores.set(store.id, code);
    await this.#compile(code, fresh);
    const runtime = this.#runtime;
    const base = runtime.addressOf(new Uint8Array(store.heap.memory.buffer));
    const parts = entries.map((entry) => partOf(entry, this.threads, code.functions));
    return {
      run: async (entryIndex, arena, alone) => {
        const part = parts[entryIndex];
        if (part === undefined) return;
        const parallel = alone === true ? 0 : part.parallel;
        part.tickets.fill(0);
        const all = [
          this.#pool,
          part.table,
          part.count,
          part.tickets,
          base,
          arena,
          parallel,
          null,
        ] satisfies Parameters<NativeRuntime['run']>;
        const result = part.long ? await later(runtime, all) : runtime.run(...all);
        if (result !== 0) throw new RangeError('a kernel has more buffers than the runtime takes');
      },
      dispose: () => undefined,
    };
  }

  async #compile({ libraries, functions }: StoreCode, fresh: readonly FreshKernel[]): Promise<void> {
    const units = emitUnits(
      fresh.map(({ kernel }) => kernel),
      this.tuning.lanes,
      availableParallelism(),
    );
    const files = await Promise.all(units.map(({ source }) => this.#toolchain.build(source)));
    units.forEach(({ names, kernels }, i) => {
      const library = this.#open(files[i] ?? '');
      libraries.push(library);
      kernels.forEach((position, k) => {
        const name = fresh[position]?.name;
        if (name !== undefined) functions.set(name, this.#runtime.symbol(library, names[k] ?? ''));
      });
    });
  }

  #open(file: string): bigint {
    try {
      return this.#runtime.open(file);
    } catch (cause) {
      throw new NetwrightError({
        code: 'cpu.library',
        operation: 'load',
        expected: `a system that loads ${file}`,
        received: cause instanceof Error ? cause.message : String(cause),
        hint: "set XDG_CACHE_HOME to a directory from which programs may run, or use target: 'wasm'",
        cause,
      });
    }
  }

  forget(store: number): void {
    void this.exclusive(() => {
      this.#unload(store);
      return Promise.resolve();
    });
  }

  #unload(store: number): void {
    for (const library of this.#stores.get(store)?.libraries ?? []) this.#runtime.close(library);
    this.#stores.delete(store);
  }

  /** After the run in progress. */
  dispose(): void {
    void this.exclusive(async () => {
      for (const store of [...this.#stores.keys()]) this.#unload(store);
      this.#runtime.freePool(this.#pool);
      return Promise.resolve();
    });
  }
}

function later(runtime: NativeRuntime, all: Parameters<NativeRuntime['run']>): Promise<number> {
  return new Promise((resolve, reject) => {
    runtime.run.async(...all, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

/** What `nw_run` is called with for an entry. */
function partOf(
  entry: DriverEntry,
  threads: number,
  functions: ReadonlyMap<string, bigint>,
): {
  readonly count: number;
  readonly tickets: Int32Array;
  readonly table: BigInt64Array;
  readonly parallel: 0 | 1;
  readonly long: boolean;
} {
  const { calls } = entry;
  return {
    count: calls.length,
    tickets: new Int32Array(calls.length * threads),
    table: callTable(calls, functions),
    parallel: isParallel(entry) ? 1 : 0,
    long: calls.reduce((sum, { cost }) => sum + cost, 0) > longProgram,
  };
}

/** The words that `nw_run` reads. */
function callTable(calls: readonly KernelCall[], functions: ReadonlyMap<string, bigint>): BigInt64Array {
  const table = new BigInt64Array(calls.reduce((sum, { addresses }) => sum + callHeader + addresses.length, 0));
  const { before } = planBarriers(calls);
  let at = 0;
  calls.forEach(({ callee, addresses, iterations, parallel, pieces = 1 }, i) => {
    const flags = (parallel ? callFlags.parallel : 0) | (before[i] ? callFlags.synchronize : 0);
    const words = [functions.get(callee) ?? 0n, ...[flags, iterations, pieces, addresses.length].map(BigInt)];
    for (const { space, offset } of addresses) words.push(BigInt(offset) * 2n + (space === 'arena' ? 1n : 0n));
    table.set(words, at);
    at += words.length;
  });
  return table;
}
