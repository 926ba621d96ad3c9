// One loop that moves every stream pointer and axis value along an axis.

import type { Assembler, Local } from './assembler.ts';
import type { EmitContext } from './emit-context.ts';
import type { Stream } from './streams.ts';

export interface LoopSpec {
  readonly axis: number;
  /** Elements for each iteration. */
  readonly step: number;
  /** At least 1. */
  readonly count: number | Local;
  /** Iterations in one turn of the loop, a divisor of `count` and at most 4. Default 1. */
  readonly perTurn?: number;
}

/** Bytes of a word: pointers to words are divisible by it. */
const wordBytes = 4;

interface Moved {
  readonly local: Local;
  /** In each turn. */
  readonly by: number;
}

/**
 * Runs `body` for each step; `after` once, with pointers and axis value where the loop left them.
 *
 * @param body - is told how many elements its step lies ahead of pointers and axis value, which move once in a turn.
 */
export function emitLoop(
  context: EmitContext,
  { axis, step, count, perTurn = 1 }: LoopSpec,
  body: (ahead: number) => void,
  after?: () => void,
): void {
  if (count === 1 && after === undefined) {
    context.scoped(() => body(0));
    return;
  }
  const { fb, pointers, axisValues } = context;
  const guideStream = context.table.streams.findIndex(
    (stream) => (stream.coefficients.get(axis) ?? 0) !== 0 && pointsToWords(stream),
  );
  if (count === perTurn && after === undefined && guideStream >= 0) {
    emitOneTurn(context, context.pointer(guideStream), { step, count }, body);
    return;
  }
  const outerPointers = [...pointers];
  const outerValue = axisValues.get(axis);
  const moved: Moved[] = [];
  let guide: Moved | undefined;
  context.table.streams.forEach(({ coefficients }, stream) => {
    const coefficient = coefficients.get(axis) ?? 0;
    if (coefficient === 0) return;
    const local = fb.local('pointer');
    fb.get(context.pointer(stream));
    fb.set(local);
    pointers[stream] = local;
    const pointer = { local, by: coefficient * step * perTurn };
    moved.push(pointer);
    if (stream === guideStream) guide = pointer;
  });
  if (context.tracked.has(axis)) {
    const value = fb.local('i32');
    if (outerValue === undefined) fb.i32(0);
    else fb.get(outerValue);
    fb.set(value);
    axisValues.set(axis, value);
    moved.push({ local: value, by: step * perTurn });
  }
  const advance = (): void => {
    for (const { local, by } of moved) {
      fb.get(local);
      fb.i32(by);
      if (local.type === 'pointer') fb.addToPointer();
      else fb.op('i32.add');
      fb.set(local);
    }
  };
  if (count === 1) {
    context.scoped(() => body(0));
    advance();
  } else {
    const turns = guide === undefined ? countedTurns(fb, count, perTurn) : guidedTurns(fb, guide, count, perTurn);
    const loop = (exit?: number): void => {
      fb.loop((label) => {
        for (let at = 0; at < perTurn; at += 1) {
          if (at > 0) {
            turns.pushNever(at);
            fb.brIf(exit ?? label);
          }
          context.scoped(() => body(at * step));
        }
        advance();
        turns.pushMore();
        fb.brIf(label);
      });
    };
    if (perTurn === 1) loop();
    else fb.block(loop);
    fb.release(turns.local);
  }
  if (after !== undefined) context.scoped(after);
  for (const { local } of moved) fb.release(local);
  outerPointers.forEach((pointer, stream) => {
    pointers[stream] = pointer;
  });
  if (outerValue === undefined) axisValues.delete(axis);
  else axisValues.set(axis, outerValue);
}

/** A loop of one turn moves nothing. */
function emitOneTurn(
  context: EmitContext,
  guide: Local,
  { step, count }: { readonly step: number; readonly count: number },
  body: (ahead: number) => void,
): void {
  const { fb } = context;
  fb.block((exit) => {
    for (let at = 0; at < count; at += 1) {
      if (at > 0) {
        pushNeverAt(fb, guide, at);
        fb.brIf(exit);
      }
      context.scoped(() => body(at * step));
    }
  });
}

function pointsToWords({ coefficients, base }: Pick<Stream, 'coefficients' | 'base'>): boolean {
  return [base, ...coefficients.values()].every((bytes) => bytes % wordBytes === 0);
}

/** How a loop ends. */
interface Turns {
  readonly local: Local;
  /** After pointers have moved: whether there is another turn. */
  pushMore(): void;
  /**
   * A condition that never holds, another one at each place of a turn: it ends the basic block. The compiler of Node 20 moves all loads of a block to its
   * start, and with those of two steps the registers do not suffice.
   */
  pushNever(at: number): void;
}

function countedTurns(fb: Assembler, count: number | Local, perTurn: number): Turns {
  const left = fb.local('i32');
  if (typeof count === 'number') fb.i32(count / perTurn);
  else {
    fb.get(count);
    fb.i32(perTurn);
    fb.op('i32.div_s');
  }
  fb.set(left);
  return {
    local: left,
    pushMore: () => {
      fb.get(left);
      fb.i32(1);
      fb.op('i32.sub');
      fb.tee(left);
    },
    pushNever: (at) => {
      fb.get(left);
      fb.i32(1 - at);
      fb.op('i32.eq');
    },
  };
}

/** A pointer to words ends the loop: where registers are few, engines keep a counter in memory. */
function guidedTurns(fb: Assembler, { local, by }: Moved, count: number | Local, perTurn: number): Turns {
  const end = fb.local('pointer');
  fb.get(local);
  if (typeof count === 'number') {
    fb.i32((count / perTurn) * by);
    fb.addToPointer();
  } else {
    fb.get(count);
    fb.indexPointer(by / perTurn);
  }
  fb.set(end);
  return {
    local: end,
    pushMore: () => {
      fb.get(local);
      fb.get(end);
      fb.pointersDiffer();
    },
    pushNever: (at) => pushNeverAt(fb, local, at),
  };
}

/** {@link Turns.pushNever} by a pointer to words, which is a multiple of four and not 0. */
function pushNeverAt(fb: Assembler, guide: Local, at: number): void {
  fb.get(guide);
  fb.pointsAt(at);
}
