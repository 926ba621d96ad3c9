// The functions by which threads meet between kernels, and wait for those that take longer.

import { barrier, outcome } from '../runtime/layout.ts';
import { FunctionBuilder } from '../wasm/function-builder.ts';
import { paramOf } from './assembler.ts';

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
export function buildArrival(threads: number): FunctionBuilder {
  const fb = new FunctionBuilder({ params: ['i32'], results: ['i32'] });
  const generation = fb.local('i32');
  loadWord(fb, barrier.generation);
  fb.set(generation);
  fb.get(paramOf(fb, 0));
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
export function buildWait({ spins, sleep, polls: unsleeping } = defaultPatience): FunctionBuilder {
  const fb = new FunctionBuilder({ params: ['i32', 'i32', 'i32'], results: ['i32'] });
  const [generation, thread, mayBlock] = [paramOf(fb, 0), paramOf(fb, 1), paramOf(fb, 2)];
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
