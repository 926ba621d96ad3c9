// The module that runs a program's kernels in order on every thread, with barriers only where memory demands them.

import { barrier, outcome, outcomeBits } from '../runtime/layout.ts';
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
  /** Calls that the iterations are divided among: an engine replaces code by better code between calls only. Default 1. */
  readonly pieces?: number;
  readonly spans: readonly Span[];
}

export interface DriverEntry {
  readonly name: string;
  readonly calls: readonly KernelCall[];
  /** Whether other threads take part. Default: where a call is worth waking them. */
  readonly parallel?: boolean;
}

export function isParallel({ calls, parallel }: DriverEntry): boolean {
  return parallel ?? calls.some((call) => call.parallel);
}

/** How long a thread waits for others. */
export interface Patience {
  /** Most polls before it sleeps, for a few tenths of a millisecond: being woken takes that long on virtual machines. */
  readonly spins: number;
  /** Nanoseconds of sleep after which the calling thread looks after the others. */
  readonly sleep: bigint;
  /** Polls of a thread that may not sleep, for about as long. */
  readonly polls: number;
}

const defaultPatience: Patience = { spins: 200_000, sleep: 50_000_000n, polls: 20_000_000 };

/**
 * Exports each entry as `(thread, count, arena, mayBlock, resume) -> outcome`, which takes the part of `thread` among all threads, or all parts where
 * `count` is 1; imports `env.memory` and the kernels of module `kernel`. On the calling thread an entry ends with `waiting` and the number of a barrier
 * when others take long, and goes on from there when `resume` is that number.
 */
export function buildDriver(
  entries: readonly DriverEntry[],
  threads: number,
  { maximumPages, shared }: MemoryLimits,
  patience = defaultPatience,
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
  const meeting =
    threads > 1
      ? { arrive: module.addFunction(buildArrival(threads)), wait: module.addFunction(buildWait(patience)) }
      : undefined;
  for (const { name, calls } of entries) module.addFunction(buildEntry(calls, threads, callees, meeting), name);
  return module.finish();
}

function local(locals: readonly Local[], index: number): Local {
  const found = locals[index];
  if (found === undefined) throw new RangeError(`no parameter ${index}`);
  return found;
}

/** Indices of the functions that make a barrier. */
interface Meeting {
  readonly arrive: number;
  readonly wait: number;
}

function buildEntry(
  calls: readonly KernelCall[],
  threads: number,
  callees: ReadonlyMap<string, number>,
  meeting: Meeting | undefined,
): FunctionBuilder {
  const fb = new FunctionBuilder({ params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: ['i32'] });
  if (meeting === undefined) for (const call of calls) emitCall(fb, call, 1, callees);
  else emitSteps(fb, calls, threads, callees, meeting);
  fb.i32(outcome.done);
  return fb;
}

/** Calls between barriers, each part preceded by a place at which the calling thread can go on. */
function emitSteps(
  fb: FunctionBuilder,
  calls: readonly KernelCall[],
  threads: number,
  callees: ReadonlyMap<string, number>,
  { arrive, wait }: Meeting,
): void {
  const [thread, count, , mayBlock, resume] = fb.params;
  if (thread === undefined || count === undefined || mayBlock === undefined || resume === undefined) return;
  const generation = fb.local('i32');
  const status = fb.local('i32');
  const whereOthers = (body: () => void): void => {
    fb.get(count);
    fb.i32(1);
    fb.op('i32.ne');
    fb.if(body);
  };
  const { before, after } = planBarriers(calls);
  const parts: KernelCall[][] = [[]];
  calls.forEach((call, i) => {
    if (before[i]) parts.push([]);
    parts.at(-1)?.push(call);
  });
  if (after) parts.push([]);
  fb.i32(0);
  fb.memory('i32.atomic.load', barrier.seen);
  fb.set(generation);
  const labels = parts.map(() => fb.beginBlock()).reverse();
  fb.get(resume);
  fb.brTable(labels);
  parts.forEach((part, i) => {
    fb.endBlock();
    if (i > 0)
      whereOthers(() => {
        fb.get(generation);
        fb.get(thread);
        fb.get(mayBlock);
        fb.call(wait);
        fb.tee(status);
        fb.if(() => {
          fb.get(status);
          fb.i32(outcome.waiting);
          fb.op('i32.eq');
          fb.if(() => {
            fb.i32(outcome.waiting + (i << outcomeBits));
            fb.op('return');
          });
          fb.get(status);
          fb.op('return');
        });
      });
    for (const call of part) emitCall(fb, call, threads, callees);
    if (i + 1 < parts.length)
      whereOthers(() => {
        fb.get(thread);
        fb.call(arrive);
        fb.set(generation);
      });
  });
}

function emitCall(fb: FunctionBuilder, call: KernelCall, threads: number, callees: ReadonlyMap<string, number>): void {
  const { addresses, iterations, parallel } = call;
  const thread = local(fb.params, 0);
  const count = local(fb.params, 1);
  const arena = local(fb.params, 2);
  const callee = callees.get(call.callee) ?? -1;
  const pushAddresses = (): void => {
    for (const { space, offset } of addresses) {
      if (space === 'fixed') fb.i32(offset);
      else {
        fb.get(arena);
        fb.i32(offset);
        fb.op('i32.add');
      }
    }
  };
  const pieces = Math.max(1, Math.min(call.pieces ?? 1, Math.floor(iterations / (parallel ? threads : 1))));
  /** The iterations between two numbers that `pushBegin` and `pushEnd` leave on the stack. */
  const runBetween = (pushBegin: () => void, pushEnd: () => void): void => {
    if (pieces === 1) {
      pushAddresses();
      pushBegin();
      pushEnd();
      fb.call(callee);
      return;
    }
    const [begin, end, next] = [fb.local('i32'), fb.local('i32'), fb.local('i32')];
    pushBegin();
    fb.set(begin);
    pushEnd();
    fb.set(end);
    fb.loop((again) => {
      fb.get(begin);
      fb.i32(Math.ceil(iterations / (parallel ? threads : 1) / pieces));
      fb.op('i32.add');
      fb.set(next);
      pushAddresses();
      fb.get(begin);
      fb.get(next);
      fb.get(end);
      fb.get(next);
      fb.get(end);
      fb.op('i32.lt_u');
      fb.op('select');
      fb.call(callee);
      fb.get(next);
      fb.tee(begin);
      fb.get(end);
      fb.op('i32.lt_u');
      fb.brIf(again);
    });
    for (const made of [begin, end, next]) fb.release(made);
  };
  const runWhole = (): void =>
    runBetween(
      () => fb.i32(0),
      () => fb.i32(iterations),
    );
  if (threads === 1) runWhole();
  else if (!parallel) {
    fb.get(thread);
    fb.op('i32.eqz');
    fb.if(runWhole);
  } else {
    runBetween(
      () => pushShare(fb, thread, 0, iterations, count),
      () => pushShare(fb, thread, 1, iterations, count),
    );
  }
}

/** floor(iterations * (thread + ahead) / count). */
function pushShare(fb: FunctionBuilder, thread: Local, ahead: number, iterations: number, count: Local): void {
  fb.get(thread);
  fb.i32(ahead);
  fb.op('i32.add');
  fb.op('i64.extend_i32_u');
  fb.i64(BigInt(iterations));
  fb.op('i64.mul');
  fb.get(count);
  fb.op('i64.extend_i32_u');
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

function loadWord(fb: FunctionBuilder, address: number): void {
  fb.i32(0);
  fb.memory('i32.atomic.load', address);
}

function addWord(fb: FunctionBuilder, address: number, value: number): void {
  fb.i32(0);
  fb.i32(value);
  fb.memory('i32.atomic.rmw.add', address);
}

/** `(thread) -> generation`: counts the thread in; the last one lets all go on, by changing the generation. */
function buildArrival(threads: number): FunctionBuilder {
  const fb = new FunctionBuilder({ params: ['i32'], results: ['i32'] });
  const generation = fb.local('i32');
  loadWord(fb, barrier.generation);
  fb.set(generation);
  fb.get(local(fb.params, 0));
  fb.op('i32.eqz');
  fb.if(() => {
    fb.i32(0);
    fb.get(generation);
    fb.memory('i32.atomic.store', barrier.seen);
  });
  addWord(fb, barrier.arrived, 1);
  fb.i32(threads - 1);
  fb.op('i32.eq');
  fb.if(() => {
    fb.i32(0);
    fb.i32(0);
    fb.memory('i32.atomic.store', barrier.arrived);
    addWord(fb, barrier.generation, 1);
    fb.op('drop');
    loadWord(fb, barrier.sleepers);
    fb.if(() => {
      fb.i32(0);
      fb.i32(-1);
      fb.memory('memory.atomic.notify', barrier.generation);
      fb.op('drop');
    });
  });
  fb.get(generation);
  return fb;
}

/** `(generation, thread, mayBlock) -> outcome`: polls for a while, then sleeps. Only the calling thread gives up, to look after the others. */
function buildWait({ spins, sleep, polls: unsleeping }: Patience): FunctionBuilder {
  const fb = new FunctionBuilder({ params: ['i32', 'i32', 'i32'], results: ['i32'] });
  const [generation, thread, mayBlock] = [local(fb.params, 0), local(fb.params, 1), local(fb.params, 2)];
  const polls = fb.local('i32');
  const returnOutcome = (value: number): void => {
    fb.i32(value);
    fb.op('return');
  };
  const returnWhenReleased = (): void => {
    loadWord(fb, barrier.generation);
    fb.get(generation);
    fb.op('i32.ne');
    fb.if(() => returnOutcome(outcome.done));
  };
  const countDown = (again: number): void => {
    fb.get(polls);
    fb.i32(1);
    fb.op('i32.sub');
    fb.tee(polls);
    fb.brIf(again);
  };
  fb.i32(spins);
  fb.set(polls);
  fb.loop((again) => {
    returnWhenReleased();
    countDown(again);
  });
  fb.i32(unsleeping);
  fb.set(polls);
  fb.loop((again) => {
    returnWhenReleased();
    loadWord(fb, barrier.aborted);
    fb.if(() => returnOutcome(outcome.aborted));
    fb.get(mayBlock);
    fb.if(
      () => {
        addWord(fb, barrier.sleepers, 1);
        fb.op('drop');
        fb.i32(0);
        fb.get(generation);
        fb.i64(sleep);
        fb.memory('memory.atomic.wait32', barrier.generation);
        fb.set(polls);
        addWord(fb, barrier.sleepers, -1);
        fb.op('drop');
        fb.get(thread);
        fb.brIf(again);
        // 2: the time is over.
        fb.get(polls);
        fb.i32(2);
        fb.op('i32.ne');
        fb.brIf(again);
      },
      () => countDown(again),
    );
  });
  fb.i32(outcome.waiting);
  return fb;
}
