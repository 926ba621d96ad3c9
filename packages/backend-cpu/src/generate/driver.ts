// The module that runs a program's kernels in order on every thread, with barriers only where memory demands them.

import { barrier, outcome, outcomeBits } from '../runtime/layout.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { ModuleBuilder } from '../wasm/module-builder.ts';
import { paramOf, type Local } from './assembler.ts';
import { buildArrival, buildWait, type Patience } from './barrier.ts';
import type { MemoryLimits } from './kernel-module.ts';

/** Bytes `start .. end` of one address space, where a buffer of a kernel lies. */
export interface Span {
  readonly buffer: number;
  readonly space: 'arena' | 'fixed';
  readonly start: number;
  readonly end: number;
  readonly read: boolean;
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
  /**
   * Calls that a thread's iterations are divided among: an engine replaces code by better code between calls only, and a thread that has done its own
   * takes on pieces of others. Default 1.
   */
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

export interface DriverOptions {
  readonly threads: number;
  /** Address of `ticketCount` words, which must be 0 when an entry begins: how many pieces of each thread's part of a call have been taken. */
  readonly tickets: number;
  readonly patience?: Patience | undefined;
}

/** Words that count pieces, for the longest entry. */
export function ticketCount(entries: readonly DriverEntry[], threads: number): number {
  return threads === 1 ? 0 : threads * Math.max(0, ...entries.map(({ calls }) => calls.length));
}

/**
 * Exports each entry as `(thread, count, arena, mayBlock, resume) -> outcome`, which takes the part of `thread` among all threads, or all parts where
 * `count` is 1; imports `env.memory` and the kernels of module `kernel`. On the calling thread an entry ends with `waiting` and the number of a barrier
 * when others take long, and goes on from there when `resume` is that number.
 */
export function buildDriver(
  entries: readonly DriverEntry[],
  { threads, tickets, patience }: DriverOptions,
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
  const meeting =
    threads > 1
      ? { arrive: module.addFunction(buildArrival(threads)), wait: module.addFunction(buildWait(patience)) }
      : undefined;
  for (const { name, calls } of entries)
    module.addFunction(buildEntry(calls, { threads, tickets, callees }, meeting), name);
  return module.finish();
}

/** Indices of the functions that make a barrier. */
interface Meeting {
  readonly arrive: number;
  readonly wait: number;
}

interface EntryContext {
  readonly threads: number;
  readonly tickets: number;
  readonly callees: ReadonlyMap<string, number>;
}

function buildEntry(
  calls: readonly KernelCall[],
  context: EntryContext,
  meeting: Meeting | undefined,
): FunctionBuilder {
  const fb = new FunctionBuilder({ params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: ['i32'] });
  if (meeting === undefined) for (const call of calls) emitWhole(fb, call, context);
  else emitSteps(fb, calls, context, meeting);
  fb.i32(outcome.done);
  return fb;
}

/** Calls between barriers, each part preceded by a place at which the calling thread can go on. */
function emitSteps(
  fb: FunctionBuilder,
  calls: readonly KernelCall[],
  context: EntryContext,
  { arrive, wait }: Meeting,
): void {
  const thread = paramOf(fb, 0);
  const count = paramOf(fb, 1);
  const mayBlock = paramOf(fb, 3);
  const resume = paramOf(fb, 4);
  const generation = fb.local('i32');
  const status = fb.local('i32');
  const whereOthers = (body: () => void): void => {
    fb.get(count);
    fb.i32(1);
    fb.op('i32.ne');
    fb.if(body);
  };
  const { before, after } = planBarriers(calls);
  const parts: { readonly call: KernelCall; readonly ticket: number }[][] = [[]];
  calls.forEach((call, i) => {
    if (before[i]) parts.push([]);
    parts.at(-1)?.push({ call, ticket: context.tickets + 4 * context.threads * i });
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
    for (const { call, ticket } of part) {
      if (call.parallel) emitPieces(fb, call, context, ticket);
      else {
        fb.get(thread);
        fb.op('i32.eqz');
        fb.if(() => emitWhole(fb, call, context));
      }
    }
    if (i + 1 < parts.length)
      whereOthers(() => {
        fb.get(thread);
        fb.call(arrive);
        fb.set(generation);
      });
  });
}

/** All iterations, on the thread that gets here. */
function emitWhole(fb: FunctionBuilder, call: KernelCall, { callees }: EntryContext): void {
  const { iterations } = call;
  const size = Math.ceil(iterations / Math.max(1, Math.min(call.pieces ?? 1, iterations)));
  if (size >= iterations) {
    emitCall(
      fb,
      call,
      callees,
      () => fb.i32(0),
      () => fb.i32(iterations),
    );
    return;
  }
  const begin = fb.local('i32');
  fb.i32(0);
  fb.set(begin);
  fb.loop((again) => {
    emitCall(
      fb,
      call,
      callees,
      () => fb.get(begin),
      () => pushEnd(fb, begin, size, () => fb.i32(iterations)),
    );
    fb.get(begin);
    fb.i32(size);
    fb.op('i32.add');
    fb.tee(begin);
    fb.i32(iterations);
    fb.op('i32.lt_u');
    fb.brIf(again);
  });
  fb.release(begin);
}

/** Piece after piece of the thread's own part, then what others have left of theirs; from address `ticket` on lies a word for each thread. */
function emitPieces(fb: FunctionBuilder, call: KernelCall, { threads, callees }: EntryContext, ticket: number): void {
  const [thread, count] = [paramOf(fb, 0), paramOf(fb, 1)];
  const { iterations } = call;
  const pieces = Math.max(1, Math.min(call.pieces ?? 1, Math.floor(iterations / threads)));
  const size = Math.ceil(iterations / threads / pieces);
  const owner = fb.local('i32');
  const left = fb.local('i32');
  const first = fb.local('i32');
  const begin = fb.local('i32');
  const end = fb.local('i32');
  fb.get(thread);
  fb.set(owner);
  fb.get(count);
  fb.set(left);
  fb.loop((others) => {
    pushShare(fb, owner, 0, iterations, count);
    fb.set(first);
    pushShare(fb, owner, 1, iterations, count);
    fb.set(end);
    fb.block((done) => {
      fb.loop((again) => {
        fb.get(owner);
        fb.i32(4);
        fb.op('i32.mul');
        fb.i32(1);
        fb.memory('i32.atomic.rmw.add', ticket);
        fb.i32(size);
        fb.op('i32.mul');
        fb.get(first);
        fb.op('i32.add');
        fb.tee(begin);
        fb.get(end);
        fb.op('i32.ge_u');
        fb.brIf(done);
        emitCall(
          fb,
          call,
          callees,
          () => fb.get(begin),
          () => pushEnd(fb, begin, size, () => fb.get(end)),
        );
        fb.br(again);
      });
    });
    fb.i32(0);
    fb.get(owner);
    fb.i32(1);
    fb.op('i32.add');
    fb.tee(owner);
    fb.get(owner);
    fb.get(count);
    fb.op('i32.eq');
    fb.op('select');
    fb.set(owner);
    fb.get(left);
    fb.i32(1);
    fb.op('i32.sub');
    fb.tee(left);
    fb.brIf(others);
  });
  for (const made of [owner, left, first, begin, end]) fb.release(made);
}

/** The iterations between two numbers that `pushBegin` and `pushEnd` leave on the stack. */
function emitCall(
  fb: FunctionBuilder,
  { callee, addresses }: KernelCall,
  callees: ReadonlyMap<string, number>,
  pushBegin: () => void,
  pushEnd: () => void,
): void {
  const arena = paramOf(fb, 2);
  for (const { space, offset } of addresses) {
    if (space === 'fixed') fb.i32(offset);
    else {
      fb.get(arena);
      fb.i32(offset);
      fb.op('i32.add');
    }
  }
  pushBegin();
  pushEnd();
  fb.call(callees.get(callee) ?? -1);
}

/** min(begin + size, limit). */
function pushEnd(fb: FunctionBuilder, begin: Local, size: number, pushLimit: () => void): void {
  const next = fb.local('i32');
  fb.get(begin);
  fb.i32(size);
  fb.op('i32.add');
  fb.tee(next);
  pushLimit();
  fb.get(next);
  pushLimit();
  fb.op('i32.lt_u');
  fb.op('select');
  fb.release(next);
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
    later.spans.some(
      (b) =>
        (a.write || b.write) &&
        a.space === b.space &&
        a.start < b.end &&
        b.start < a.end &&
        // Each element of a buffer is stored once: kernels that write to one buffer write to different places.
        (a.buffer !== b.buffer || a.read || b.read),
    ),
  );
}
