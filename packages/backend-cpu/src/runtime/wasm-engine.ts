// Kernels as WebAssembly: compiled on the calling thread, run by it and by workers.

import { NetwrightError } from '@netwright/ir';
import type { spawnWorker } from '#spawn-worker';

import type { Patience } from '../generate/barrier.ts';
import { buildDriver, isParallel, ticketCount } from '../generate/driver.ts';
import { buildKernelModule } from '../generate/kernel-module.ts';
import { simd128Tuning } from '../generate/tile-plan.ts';
import type { Engine, LoadedProgram, LoadRequest } from './engine.ts';
import { Heap } from './heap.ts';
import { Turns } from './turns.ts';
import { WorkerPool, type Entry } from './worker-pool.ts';

type KernelFunction = (...args: number[]) => void;

export class WasmEngine implements Engine {
  readonly tuning = simd128Tuning;
  /** About 10 microseconds. */
  readonly parallelCost = 30_000;
  readonly #pool: WorkerPool;
  readonly #turns = new Turns();
  readonly #functions = new Map<number, Record<string, KernelFunction>>();

  readonly #patience: Patience | undefined;

  /** `spawn` and `patience` are replaceable so that tests can lose a worker and wait for one. */
  constructor(threads: number, { spawn, patience }: { spawn?: typeof spawnWorker; patience?: Patience } = {}) {
    this.#pool = new WorkerPool(threads, spawn);
    this.#patience = patience;
  }

  get threads(): number {
    return this.#pool.threads;
  }

  createHeap(): Heap {
    return new Heap(this.threads > 1);
  }

  exclusive<T>(job: () => Promise<T>): Promise<T> {
    return this.#turns.exclusive(job);
  }

  async load({ program, store, fresh, entries }: LoadRequest): Promise<LoadedProgram> {
    const { memory, maximumPages, shared } = store.heap;
    const limits = { maximumPages, shared };
    const names = fresh.map(({ name }) => name);
    const kernels =
      fresh.length === 0
        ? []
        : [
            {
              module: await compileModule(
                buildKernelModule(
                  fresh.map(({ kernel }) => kernel),
                  limits,
                ),
              ),
              names,
            },
          ];
    const words = ticketCount(entries, this.threads);
    const tickets = store.heap.allocate(4 * words);
    const driver = await compileModule(
      buildDriver(entries, { threads: this.threads, tickets: tickets.address, patience: this.#patience }, limits),
    );
    const math = { sin: Math.sin, cos: Math.cos, pow: Math.pow };
    const functions = this.#functions.get(store.id) ?? {};
    this.#functions.set(store.id, functions);
    for (const { module } of kernels) {
      const { exports } = new WebAssembly.Instance(module, { env: { memory }, math });
      names.forEach((name, i) => {
        functions[name] = exports[`k${String(i)}`] as KernelFunction;
      });
    }
    const { exports } = new WebAssembly.Instance(driver, { env: { memory }, kernel: functions });
    const pool = this.#pool;
    await pool.load({ program, store: store.id, memory, kernels, driver, entries: entries.map(({ name }) => name) });
    const parts = entries.map((entry) => ({ entry: exports[entry.name] as Entry, parallel: isParallel(entry) }));
    return {
      run: async (entryIndex, arena, alone) => {
        const part = parts[entryIndex];
        if (part === undefined) return;
        new Int32Array(memory.buffer, tickets.address, words).fill(0);
        await pool.run({ program, entryIndex, arena, memory, ...part, parallel: part.parallel && !alone });
      },
      dispose: () => {
        pool.unload(program);
        store.heap.release(tickets);
      },
    };
  }

  forget(store: number): void {
    this.#functions.delete(store);
    this.#pool.forget(store);
  }

  dispose(): void {
    this.#functions.clear();
    this.#pool.dispose();
  }
}

async function compileModule(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new NetwrightError({
      code: 'cpu.compile',
      operation: 'load',
      expected: `an engine that compiles a module of ${String(bytes.length)} bytes with 128-bit SIMD`,
      received: String(cause),
      cause,
    });
  }
}
