// The module that runs a program's kernels in order on every thread, with barriers only where memory demands them.

import { barrier, outcome } from '../runtime/layout.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { ModuleBuilder } from '../wasm/module-builder.ts';
import type { Local } from './assembler.ts';
import type { MemoryLimits } from './kernel-module.ts';

/** Bytes `start .. end` of one address space; `write` marks a kernel's outputs. */
export interface Span {
  readonly space: 'arena' | 'fixed';
  readonly start: number;
  readonly end: number;
  readonly write: boolean;
}

export interface KernelCall {
  /** Name of the kernel's function among the imports. */
  readonly callee: string;
  readonly addresses: readonly { readonly space: 'arena' | 'fixed'; readonly offset: number }[];
  readonly iterations: number;
  /** Estimated vector instructions. */
  readonly cost: number;
  /** Whether it is worth waking other threads. */
  readonly parallel: boolean;
  readonly spans: readonly Span[];
}

export interface DriverEntry {
  readonly name: string;
  readonly calls: readonly KernelCall[];
}

const spinPolls = 20_000;
const waitNanoseconds = 50_000_000n;
/** About 30 seconds without an answer: the thread is gone. */
const waitLimit = 600;

/** Exports each entry as `(thread, arena, mayBlock) -> outcome`; imports `env.memory` and the kernels of module `kernel`. */
export function buildDriver(
  entries: readonly DriverEntry[],
  threads: number,
  { maximumPages, shared }: MemoryLimits,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ module: 'env', name: 'memory', minimum: 1, maximum: maximumPages, shared });
  const callees = new Map<string, number>();
  for (const { callee, addresses } of entries.flatMap(({ calls }) => calls)) {
    if (callees.has(callee)) continue;
    callees.set(
      callee,
      module.importFunction('kernel', callee, {
        params: [...addresses.map(() => 'i32' as const), 'i32', 'i32'],
        results: [],
      }),
    );
  }
  const wait = threads > 1 ? module.addFunction(buildBarrier(threads)) : -1;
  for (const { name, calls } of entries) module.addFunction(buildEntry(calls, threads, callees, wait), name);
  return module.finish();
}

function local(locals: readonly Local[], index: number): Local {
  const found = locals[index];
  if (found === undefined) throw new RangeError(`no parameter ${index}`);
  return found;
}

function buildEntry(
  calls: readonly KernelCall[],
  threads: number,
  callees: ReadonlyMap<string, number>,
  wait: number,
): FunctionBuilder {
  const fb = new FunctionBuilder({ params: ['i32', 'i32', 'i32'], results: ['i32'] });
  const thread = local(fb.params, 0);
  const arena = local(fb.params, 1);
  const mayBlock = local(fb.params, 2);
  const status = fb.local('i32');
  const synchronize = (): void => {
    fb.get(mayBlock);
    fb.call(wait);
    fb.tee(status);
    fb.if(() => {
      fb.get(status);
      fb.op('return');
    });
  };
  const pushArguments = ({ addresses }: KernelCall): void => {
    for (const { space, offset } of addresses) {
      if (space === 'fixed') fb.i32(offset);
      else {
        fb.get(arena);
        fb.i32(offset);
        fb.op('i32.add');
      }
    }
  };
  const { before, after } = planBarriers(calls);
  calls.forEach((call, i) => {
    if (threads > 1 && before[i] === true) synchronize();
    const callee = callees.get(call.callee) ?? -1;
    if (threads === 1 || !call.parallel) {
      const run = (): void => {
        pushArguments(call);
        fb.i32(0);
        fb.i32(call.iterations);
        fb.call(callee);
      };
      if (threads === 1) run();
      else {
        fb.get(thread);
        fb.op('i32.eqz');
        fb.if(run);
      }
      return;
    }
    pushArguments(call);
    for (const ahead of [0, 1]) pushShare(fb, thread, ahead, call.iterations, threads);
    fb.call(callee);
  });
  if (threads > 1 && after) synchronize();
  fb.i32(outcome.done);
  return fb;
}

/** floor(iterations * (thread + ahead) / threads). */
function pushShare(fb: FunctionBuilder, thread: Local, ahead: number, iterations: number, threads: number): void {
  fb.get(thread);
  fb.i32(ahead);
  fb.op('i32.add');
  fb.op('i64.extend_i32_u');
  fb.i64(BigInt(iterations));
  fb.op('i64.mul');
  fb.i64(BigInt(threads));
  fb.op('i64.div_u');
  fb.op('i32.wrap_i64');
}

/** Calls before which all threads must meet, because memory demands it, and whether they must after the last. */
export function planBarriers(calls: readonly KernelCall[]): {
  readonly before: readonly boolean[];
  readonly after: boolean;
} {
  let pending: KernelCall[] = [];
  const before = calls.map((call) => {
    const meet = pending.some((earlier) => (earlier.parallel || call.parallel) && conflicts(earlier, call));
    if (meet) pending = [];
    pending.push(call);
    return meet;
  });
  return { before, after: pending.some(({ parallel }) => parallel) };
}

function conflicts(earlier: KernelCall, later: KernelCall): boolean {
  return earlier.spans.some((a) =>
    later.spans.some((b) => (a.write || b.write) && a.space === b.space && a.start < b.end && b.start < a.end),
  );
}

/** `(mayBlock) -> outcome`: returns when all threads have called it. Polls first, then sleeps; never waits for ever. */
function buildBarrier(threads: number): FunctionBuilder {
  const fb = new FunctionBuilder({ params: ['i32'], results: ['i32'] });
  const mayBlock = local(fb.params, 0);
  const generation = fb.local('i32');
  const polls = fb.local('i32');
  const loadWord = (address: number): void => {
    fb.i32(0);
    fb.memory('i32.atomic.load', address);
  };
  const addWord = (address: number, value: number): void => {
    fb.i32(0);
    fb.i32(value);
    fb.memory('i32.atomic.rmw.add', address);
  };
  const returnWhenReleased = (): void => {
    loadWord(barrier.generation);
    fb.get(generation);
    fb.op('i32.ne');
    fb.if(() => {
      fb.i32(outcome.done);
      fb.op('return');
    });
  };
  const returnWhenAborted = (): void => {
    loadWord(barrier.aborted);
    fb.if(() => {
      fb.i32(outcome.aborted);
      fb.op('return');
    });
  };
  loadWord(barrier.generation);
  fb.set(generation);
  addWord(barrier.arrived, 1);
  fb.i32(threads - 1);
  fb.op('i32.eq');
  fb.if(() => {
    fb.i32(0);
    fb.i32(0);
    fb.memory('i32.atomic.store', barrier.arrived);
    addWord(barrier.generation, 1);
    fb.op('drop');
    loadWord(barrier.sleepers);
    fb.if(() => {
      fb.i32(0);
      fb.i32(-1);
      fb.memory('memory.atomic.notify', barrier.generation);
      fb.op('drop');
    });
    fb.i32(outcome.done);
    fb.op('return');
  });
  fb.i32(spinPolls);
  fb.set(polls);
  fb.loop((again) => {
    returnWhenReleased();
    fb.get(polls);
    fb.i32(1);
    fb.op('i32.sub');
    fb.tee(polls);
    fb.brIf(again);
  });
  fb.i32(0);
  fb.set(polls);
  fb.loop((again) => {
    returnWhenReleased();
    returnWhenAborted();
    fb.get(mayBlock);
    fb.if(
      () => {
        addWord(barrier.sleepers, 1);
        fb.op('drop');
        fb.i32(0);
        fb.get(generation);
        fb.i64(waitNanoseconds);
        fb.memory('memory.atomic.wait32', barrier.generation);
        // 2: the time is over.
        fb.i32(2);
        fb.op('i32.eq');
        fb.get(polls);
        fb.op('i32.add');
        fb.set(polls);
        addWord(barrier.sleepers, -1);
        fb.op('drop');
        fb.get(polls);
        fb.i32(waitLimit);
        fb.op('i32.lt_u');
        fb.brIf(again);
      },
      () => fb.br(again),
    );
  });
  fb.i32(outcome.timedOut);
  return fb;
}
