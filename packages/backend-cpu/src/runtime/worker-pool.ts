// The threads of one backend beside the calling one: they load the same programs and run them in step.

import { NetwrightError } from '@netwright/ir';
import { mayBlock, spawnWorker, type WorkerHandle } from '#spawn-worker';

import { barrier, control, controlWords, outcome, outcomeBits, sleepingPitch } from './layout.ts';
import type { LoadMessage } from './worker-source.ts';

/** A program's entry on the calling thread. */
export type Entry = (thread: number, count: number, arena: number, mayBlock: number, resume: number) => number;

export interface PoolRun {
  readonly program: number;
  readonly entryIndex: number;
  readonly entry: Entry;
  readonly arena: number;
  readonly memory: WebAssembly.Memory;
  /** Whether other threads take part. */
  readonly parallel: boolean;
}

/** A sleeping worker takes some tens of microseconds; a turn of the event loop, a millisecond. */
const startPollMilliseconds = 0.3;
const startTimeoutMilliseconds = 10_000;

export class WorkerPool {
  readonly threads: number;
  readonly #control: Int32Array | undefined;
  readonly #workers: WorkerHandle[] = [];
  readonly #loading = new Map<
    number,
    { left: number; readonly resolve: () => void; readonly reject: (error: Error) => void }
  >();
  #failure: string | undefined;
  #closed = false;

  /** `spawn` is replaceable so that tests can lose a worker. */
  constructor(threads: number, spawn: typeof spawnWorker = spawnWorker) {
    this.threads = threads;
    if (threads === 1) return;
    const shared = new SharedArrayBuffer(controlWords * 4);
    this.#control = new Int32Array(shared);
    for (let thread = 1; thread < threads; thread += 1) {
      this.#control[control.sleeping + thread * sleepingPitch] = 1;
      const worker = spawn({
        onMessage: (message) => {
          if (message.kind === 'failed') this.#fail(message.message);
          else this.#loaded(message.program);
        },
        onDeath: (reason) => this.#fail(reason),
      });
      worker.post({ kind: 'start', control: shared, thread, threads });
      this.#workers.push(worker);
    }
  }

  /** Resolves when every worker can run the program. */
  async load(message: Omit<LoadMessage, 'kind'>): Promise<void> {
    this.#check();
    if (this.#workers.length === 0) return;
    for (const worker of this.#workers) worker.hold(true);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#loading.set(message.program, { left: this.#workers.length, resolve, reject });
        for (const worker of this.#workers) worker.post({ kind: 'load', ...message });
      });
    } finally {
      this.#loading.delete(message.program);
      for (const worker of this.#workers) worker.hold(false);
    }
  }

  unload(program: number): void {
    for (const worker of this.#workers) worker.post({ kind: 'unload', program });
  }

  forget(store: number): void {
    for (const worker of this.#workers) worker.post({ kind: 'forget', store });
  }

  /** Runs one program at a time, on all threads or on the calling one. */
  async run({ program, entryIndex, entry, arena, memory, parallel }: PoolRun): Promise<void> {
    this.#check();
    const words = this.#control;
    if (words !== undefined && parallel) {
      Atomics.store(words, control.program, program);
      Atomics.store(words, control.entry, entryIndex);
      Atomics.store(words, control.arena, arena);
      Atomics.store(words, control.started, 0);
      Atomics.add(words, control.sequence, 1);
      Atomics.notify(words, control.sequence);
      this.#workers.forEach((worker, i) => {
        if (Atomics.exchange(words, control.sleeping + (i + 1) * sleepingPitch, 0) === 1) worker.post({ kind: 'wake' });
      });
      await this.#started(words);
    }
    try {
      const count = parallel ? this.threads : 1;
      let result = entry(0, count, arena, mayBlock ? 1 : 0, 0);
      while (result !== outcome.done) {
        // What happened to a worker is known after a turn of the event loop.
        await new Promise((resolve) => setTimeout(resolve, result === outcome.aborted ? 20 : 0));
        if (result === outcome.aborted) this.#fail('it stopped inside a kernel');
        this.#check();
        result = entry(0, count, arena, mayBlock ? 1 : 0, result >> outcomeBits);
      }
    } catch (cause) {
      if (words !== undefined && parallel) {
        this.#fail(cause instanceof Error ? cause.message : String(cause));
        release(memory);
      }
      throw cause;
    }
  }

  /** Nothing blocks until every worker is at work, so a worker that died before is noticed as an event. */
  async #started(words: Int32Array): Promise<void> {
    const all = (): boolean => Atomics.load(words, control.started) === this.#workers.length;
    const patience = performance.now() + startPollMilliseconds;
    do if (all()) return;
    while (performance.now() < patience);
    const deadline = Date.now() + startTimeoutMilliseconds;
    for (let turn = 0; !all(); turn += 1) {
      this.#check();
      if (Date.now() > deadline) this.#fail('it did not start within 10 seconds');
      await new Promise((resolve) => setTimeout(resolve, turn < 100 ? 0 : 5));
    }
  }

  #loaded(program: number): void {
    const waiting = this.#loading.get(program);
    if (waiting === undefined) return;
    waiting.left -= 1;
    if (waiting.left === 0) waiting.resolve();
  }

  #fail(reason: string): void {
    if (this.#closed) return;
    this.#failure ??= reason;
    for (const { reject } of this.#loading.values()) reject(this.#error());
  }

  #error(): NetwrightError {
    if (this.#closed)
      return new NetwrightError({
        code: 'cpu.disposed',
        operation: 'cpu',
        expected: 'a backend in use',
        received: 'one that has been disposed of',
      });
    return new NetwrightError({
      code: 'cpu.worker',
      operation: 'cpu',
      expected: `${this.threads - 1} running worker threads`,
      received: `a worker that failed: ${this.#failure ?? 'unknown'}`,
      hint: 'create the backend again, or use threads: 1',
    });
  }

  #check(): void {
    if (this.#closed || this.#failure !== undefined) throw this.#error();
  }

  dispose(): void {
    this.#closed = true;
    for (const { reject } of this.#loading.values()) reject(this.#error());
    for (const worker of this.#workers) worker.terminate();
  }
}

/** Lets workers go that wait for threads which will not come. */
function release(memory: WebAssembly.Memory): void {
  const words = new Int32Array(memory.buffer, 0, 128);
  Atomics.store(words, barrier.aborted / 4, 1);
  Atomics.notify(words, barrier.generation / 4);
}
