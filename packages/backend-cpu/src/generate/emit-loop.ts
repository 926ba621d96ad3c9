// One counted loop that moves every stream pointer and axis value along an axis.

import type { Local } from './assembler.ts';
import type { EmitContext } from './emit-context.ts';

export interface LoopSpec {
  readonly axis: number;
  /** Elements for each iteration. */
  readonly step: number;
  /** At least 1. */
  readonly count: number | Local;
}

/** Runs `body` for each step; `after` once, with pointers and axis value where the loop left them. */
export function emitLoop(
  context: EmitContext,
  { axis, step, count }: LoopSpec,
  body: () => void,
  after?: () => void,
): void {
  if (count === 1 && after === undefined) {
    context.scoped(body);
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
    moved.push({ local, by: coefficient * step });
  });
  if (context.tracked.has(axis)) {
    const value = fb.local('i32');
    if (outerValue === undefined) fb.i32(0);
    else fb.get(outerValue);
    fb.set(value);
    axisValues.set(axis, value);
    moved.push({ local: value, by: step });
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
    context.scoped(body);
    advance();
  } else {
    const left = fb.local('i32');
    if (typeof count === 'number') fb.i32(count);
    else fb.get(count);
    fb.set(left);
    fb.loop((label) => {
      context.scoped(body);
      advance();
      fb.get(left);
      fb.i32(1);
      fb.op('i32.sub');
      fb.tee(left);
      fb.brIf(label);
    });
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
