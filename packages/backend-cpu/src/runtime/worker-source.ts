// The program that a worker thread runs, as text: it needs no file of its own, so bundlers and source conditions cannot lose it.

import { barrier, control, outcome, sleepingPitch } from './layout.ts';

export interface StartMessage {
  readonly kind: 'start';
  readonly control: SharedArrayBuffer;
  readonly thread: number;
  readonly threads: number;
}

export interface LoadMessage {
  readonly kind: 'load';
  readonly program: number;
  readonly memory: WebAssembly.Memory;
  readonly store: number;
  /** Modules of kernels that this store has not seen, each with the names of its functions in order. */
  readonly kernels: readonly { readonly module: WebAssembly.Module; readonly names: readonly string[] }[];
  readonly driver: WebAssembly.Module;
  readonly entries: readonly string[];
}

export type ToWorker =
  | StartMessage
  | LoadMessage
  | { readonly kind: 'unload'; readonly program: number }
  | { readonly kind: 'forget'; readonly store: number }
  | { readonly kind: 'wake' };

export type FromWorker =
  { readonly kind: 'loaded'; readonly program: number } | { readonly kind: 'failed'; readonly message: string };

/** How long a worker that has finished stays ready before it returns to its event loop. */
const readyMilliseconds = 2;

/** `preamble` must define `post(message)` and `listen(handler)`. */
export function workerSource(preamble: string): string {
  return `'use strict';
${preamble}
let control, thread, threads, seen = 0;
const stores = new Map(), programs = new Map();
listen((message) => {
  try {
    if (message.kind === 'start') { control = new Int32Array(message.control); thread = message.thread; threads = message.threads; }
    else if (message.kind === 'load') { load(message); post({ kind: 'loaded', program: message.program }); }
    else if (message.kind === 'unload') programs.delete(message.program);
    else if (message.kind === 'forget') stores.delete(message.store);
    else serve();
  } catch (error) { post({ kind: 'failed', message: String((error && error.stack) || error) }); }
});
function load({ program, memory, store, kernels, driver, entries }) {
  let functions = stores.get(store);
  if (functions === undefined) stores.set(store, functions = {});
  const math = { sin: Math.sin, cos: Math.cos, pow: Math.pow };
  for (const { module, names } of kernels) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory }, math });
    names.forEach((name, i) => { functions[name] = exports['k' + i]; });
  }
  const { exports } = new WebAssembly.Instance(driver, { env: { memory }, kernel: functions });
  programs.set(program, { memory, entries: entries.map((name) => exports[name]) });
}
function serve() {
  const sleeping = ${control.sleeping} + thread * ${sleepingPitch};
  for (;;) {
    const sequence = Atomics.load(control, ${control.sequence});
    if (sequence !== seen) {
      seen = sequence;
      run(programs.get(Atomics.load(control, ${control.program})));
      continue;
    }
    Atomics.wait(control, ${control.sequence}, seen, ${readyMilliseconds});
    if (Atomics.load(control, ${control.sequence}) !== seen) continue;
    Atomics.store(control, sleeping, 1);
    if (Atomics.load(control, ${control.sequence}) === seen) return;
    Atomics.store(control, sleeping, 0);
  }
}
function run({ memory, entries }) {
  const entry = entries[Atomics.load(control, ${control.entry})];
  const arena = Atomics.load(control, ${control.arena});
  Atomics.add(control, ${control.started}, 1);
  try {
    if (entry(thread, threads, arena, 1, 0) === ${outcome.done}) return;
  } catch (error) {
    const words = new Int32Array(memory.buffer, 0, 128);
    Atomics.store(words, ${barrier.aborted / 4}, 1);
    Atomics.notify(words, ${barrier.generation / 4});
    throw error;
  }
}
`;
}
