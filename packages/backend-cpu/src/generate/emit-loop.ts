// One counted loop that moves every stream pointer and axis value along an axis.

import type { Assembler, Local } from './assembler.ts';
import type { EmitContext } from './emit-context.ts';

export interface LoopSpec {
  readonly axis: number;
  /** Elements for each iteration. */
  readonly step: number;
  /** At least 1. */
  readonly count: number | Local;
  /** Iterations in one turn of the loop, a divisor of `count`. Default 1. */
  readonly perTurn?: number;
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
  const outerPointers = [...pointers];
  const outerValue = axisValues.get(axis);
  const moved: { readonly local: Local; readonly by: number }[] = [];
  context.table.streams.forEach(({ coefficients }, stream) => {
    const coefficient = coefficients.get(axis) ?? 0;
    if (coefficient === 0) return;
    const local = fb.local('pointer');
    fb.get(context.pointer(stream));
    fb.set(local);
    pointers[stream] = local;
    moved.push({ local, by: coefficient * step * perTurn });
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
    const left = fb.local('i32');
    if (typeof count === 'number') fb.i32(count / perTurn);
    else {
      fb.get(count);
      fb.i32(perTurn);
      fb.op('i32.div_s');
    }
    fb.set(left);
    const loop = (exit?: number): void => {
      fb.loop((label) => {
        for (let at = 0; at < perTurn; at += 1) {
          if (at > 0) separate(fb, left, at, exit ?? label);
          context.scoped(() => body(at * step));
        }
        advance();
        fb.get(left);
        fb.i32(1);
        fb.op('i32.sub');
        fb.tee(left);
        fb.brIf(label);
      });
    };
    if (perTurn === 1) loop();
    else fb.block(loop);
    fb.release(left);
  }
  if (after !== undefined) context.scoped(after);
  for (const { local } of moved) fb.release(local);
  outerPointers.forEach((pointer, stream) => {
    pointers[stream] = pointer;
  });
  if (outerValue === undefined) axisValues.delete(axis);
  else axisValues.set(axis, outerValue);
}

/**
 * Ends the basic block by leaving the loop under a condition that never holds, another one at each place of a turn. The compiler of Node 20 moves all loads of a block to
 * its start: with those of two steps the registers do not suffice.
 */
function separate(fb: Assembler, left: Local, at: number, exit: number): void {
  fb.get(left);
  fb.i32(1 - at);
  fb.op('i32.eq');
  fb.brIf(exit);
}
