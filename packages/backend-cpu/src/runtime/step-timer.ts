// Times of single kernels: a program of one entry for each, run one after the other.

import type { KernelCall } from '../generate/driver.ts';
import type { CpuStore } from './cpu-store.ts';
import type { Engine, LoadedProgram } from './engine.ts';

/** Runs of an entry without kernels, whose time is not a kernel's. */
const samples = 50;

/** The kernels of a loaded program once more, each with an entry of its own, and entries without any, for one thread and for all. */
export function loadSteps(
  engine: Engine,
  store: CpuStore,
  program: number,
  calls: readonly KernelCall[],
): Promise<LoadedProgram> {
  const entries = calls.map((call, i) => ({ name: `step${String(i)}`, calls: [call] }));
  // Ids of programs are positive.
  const nothing = [false, true].map((parallel) => ({ name: parallel ? 'meet' : 'nothing', calls: [], parallel }));
  return engine.load({ program: -program, store, fresh: [], entries: [...entries, ...nothing] });
}

export class StepTimer {
  /** By kernel; 0 for those that have not run. */
  readonly nanoseconds: number[];
  readonly #steps: LoadedProgram;
  readonly #calls: readonly KernelCall[];

  constructor(steps: LoadedProgram, calls: readonly KernelCall[]) {
    this.#steps = steps;
    this.#calls = calls;
    this.nanoseconds = new Array<number>(calls.length).fill(0);
  }

  async run(from: number, to: number, arena: number): Promise<void> {
    const alone = await this.#overhead(0, arena);
    const together = await this.#overhead(1, arena);
    for (let i = from; i < to; i += 1) {
      const overhead = this.#calls[i]?.parallel ? together : alone;
      this.nanoseconds[i] = Math.max(0, (await this.#time(i, arena)) - overhead);
    }
  }

  /** @param empty - which of the entries without kernels. */
  async #overhead(empty: number, arena: number): Promise<number> {
    let least = Infinity;
    for (let i = 0; i < samples; i += 1) least = Math.min(least, await this.#time(this.#calls.length + empty, arena));
    return least;
  }

  async #time(entry: number, arena: number): Promise<number> {
    const start = performance.now();
    await this.#steps.run(entry, arena);
    return (performance.now() - start) * 1e6;
  }
}
