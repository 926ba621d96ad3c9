// Loads and stores of one vector of a tile.

import type { EmitContext, Point } from './emit-context.ts';
import { isMonotonic, pushCondition, pushRest, tileOffset, variesAcrossLanes, type PushVector } from './emit-index.ts';
import { isAffineIn } from './linear-index.ts';
import { storedBytes, type LoadNode, type LoweredOutput } from './lowered.ts';

/** Leaves the loaded vector on the stack. */
export function pushLoad(context: EmitContext, push: PushVector, load: LoadNode, point: Point): void {
  const { fb } = context;
  const guards = context.guardsOf(load);
  if (guards.length === 0) {
    loadInside(context, push, load, point);
    return;
  }
  if (!guards.some(({ index }) => variesAcrossLanes(context, index))) {
    pushCondition(context, push, guards, point, 0);
    fb.if(
      () => context.scoped(() => loadInside(context, push, load, point)),
      () => pushFill(context, load),
      'v128',
    );
    return;
  }
  const byLane = (): void => context.scoped(() => loadGuardedLanes(context, push, load, point));
  if (!isMonotonic(context, guards)) {
    byLane();
    return;
  }
  pushCondition(context, push, guards, point, 0);
  pushCondition(context, push, guards, point, point.lanes - 1);
  fb.op('i32.and');
  fb.if(() => context.scoped(() => loadInside(context, push, load, point)), byLane, 'v128');
}

function pushFill({ fb }: EmitContext, load: LoadNode): void {
  if (load.dtype === 'f32') fb.f32x4(load.fill);
  else fb.i32x4(load.dtype === 'bool' && load.fill !== 0 ? -1 : load.fill);
}

/** Pushes the address of one lane without the constant that is returned, which may be an immediate only where it is not negative. */
function pushAddress(context: EmitContext, push: PushVector, load: LoadNode, point: Point, lane: number): number {
  const { fb } = context;
  const stream = context.table.of(load);
  const base = context.table.streams[stream]?.base ?? 0;
  const constant = load.address.offset - base + tileOffset(context, load.address, point, lane);
  fb.get(context.pointer(stream));
  // Guarded and computed addresses may start outside the memory: the sum must wrap before it is used. Where guards are known to
  // hold, the pointer of a stream that starts with this load is one of the addresses that they allow.
  const starts = context.guardsOf(load).length === 0 && load.address.offset === base;
  const wraps = constant < 0 || (load.guards.length > 0 && !starts) || load.address.rest.length > 0;
  if (!wraps) return constant;
  if (constant !== 0) {
    fb.i32(constant);
    fb.addToPointer();
  }
  pushRest(context, push, load.address, point, lane, 'pointer');
  return 0;
}

function loadInside(context: EmitContext, push: PushVector, load: LoadNode, point: Point): void {
  const { fb } = context;
  const { lane } = context.plan;
  const bytes = storedBytes[load.stored];
  if (lane === undefined || !variesAcrossLanes(context, load.address)) {
    const offset = pushAddress(context, push, load, point, 0);
    if (bytes === 4) fb.memory('v128.load32_splat', offset);
    else {
      fb.memory('i32.load8_u', offset);
      fb.op('i32x4.splat');
      toMask(context, load);
    }
    return;
  }
  if (isAffineIn(load.address, lane) && load.address.coefficients.get(lane) === bytes) {
    const offset = pushAddress(context, push, load, point, 0);
    if (bytes === 4) fb.memory('v128.load', offset);
    else {
      fb.loadBytes(offset);
      toMask(context, load);
    }
    return;
  }
  loadLanes(context, push, load, point);
}

function loadLanes(context: EmitContext, push: PushVector, load: LoadNode, point: Point): void {
  const { fb } = context;
  if (storedBytes[load.stored] === 4) {
    const offsets: number[] = [];
    for (let i = point.lanes - 1; i >= 0; i -= 1) offsets.unshift(pushAddress(context, push, load, point, i));
    offsets.forEach((offset, i) => {
      if (i === 0) fb.memory('v128.load32_zero', offset);
      else fb.laneMemory('v128.load32_lane', i, offset);
    });
    return;
  }
  for (let i = 0; i < point.lanes; i += 1) {
    fb.memory('i32.load8_u', pushAddress(context, push, load, point, i));
    if (i === 0) fb.op('i32x4.splat');
    else fb.lane('i32x4.replace_lane', i);
  }
  toMask(context, load);
}

/** Each lane on its own, so that no lane outside its guards touches memory. */
function loadGuardedLanes(context: EmitContext, push: PushVector, load: LoadNode, point: Point): void {
  const { fb } = context;
  const result = fb.local('v128');
  if (load.dtype === 'bool') fb.i32x4(load.fill === 0 ? 0 : 1);
  else pushFill(context, load);
  fb.set(result);
  for (let i = 0; i < point.lanes; i += 1) {
    pushCondition(context, push, load.guards, point, i);
    fb.if(() =>
      context.scoped(() => {
        if (storedBytes[load.stored] === 4) {
          const offset = pushAddress(context, push, load, point, i);
          fb.get(result);
          fb.laneMemory('v128.load32_lane', i, offset);
        } else {
          fb.get(result);
          fb.memory('i32.load8_u', pushAddress(context, push, load, point, i));
          fb.lane('i32x4.replace_lane', i);
        }
        fb.set(result);
      }),
    );
  }
  fb.get(result);
  toMask(context, load);
  fb.release(result);
}

function toMask({ fb }: EmitContext, load: LoadNode): void {
  if (load.dtype !== 'bool') return;
  fb.i32x4(0);
  fb.op('i32x4.ne');
}

/** Whether a vector of the output can be read back and written as one. */
export function isContiguous(context: EmitContext, output: LoweredOutput): boolean {
  const { lane } = context.plan;
  return lane !== undefined && output.address.coefficients.get(lane) === storedBytes[output.stored];
}

function outputAddress(context: EmitContext, output: LoweredOutput, point: Point, lane: number): number {
  const stream = context.table.of(output);
  const base = context.table.streams[stream]?.base ?? 0;
  const constant = output.address.offset - base + tileOffset(context, output.address, point, lane);
  context.fb.get(context.pointer(stream));
  if (constant >= 0) return constant;
  context.fb.i32(constant);
  context.fb.addToPointer();
  return 0;
}

/** Leaves the vector that an f32 output holds at a point; lanes beyond its elements are unspecified. */
export function pushStored(context: EmitContext, output: LoweredOutput, point: Point): void {
  const { fb } = context;
  if (isContiguous(context, output)) {
    const offset = outputAddress(context, output, point, 0);
    fb.memory('v128.load', offset);
    return;
  }
  const offsets: number[] = [];
  for (let i = point.lanes - 1; i >= 0; i -= 1) offsets.unshift(outputAddress(context, output, point, i));
  offsets.forEach((offset, i) => {
    if (i === 0) fb.memory('v128.load32_zero', offset);
    else fb.laneMemory('v128.load32_lane', i, offset);
  });
}

/** Stores the lanes of `pushValue`'s vector that are elements. */
export function emitStore(context: EmitContext, output: LoweredOutput, point: Point, pushValue: () => void): void {
  const { fb } = context;
  const bytes = storedBytes[output.stored];
  const { lanes } = point;
  if (bytes === 4 && lanes === fb.lanes && isContiguous(context, output)) {
    const offset = outputAddress(context, output, point, 0);
    pushValue();
    if (context.plan.uncached.has(output.slot)) fb.storeUncached(offset);
    else fb.memory('v128.store', offset);
    return;
  }
  const value = fb.local('v128');
  pushValue();
  if (bytes === 1) {
    fb.i32x4(output.stored === 'bool' ? 1 : 255);
    fb.op('v128.and');
  }
  fb.set(value);
  if (bytes === 1 && lanes === fb.lanes && isContiguous(context, output)) {
    const offset = outputAddress(context, output, point, 0);
    fb.get(value);
    fb.storeBytes(offset);
    fb.release(value);
    return;
  }
  let lane = 0;
  while (lane < lanes) {
    const offset = outputAddress(context, output, point, lane);
    fb.get(value);
    if (bytes === 1) {
      fb.lane('i32x4.extract_lane', lane);
      fb.memory('i32.store8', offset);
      lane += 1;
    } else if (lane % 2 === 0 && lane + 2 <= lanes && isContiguous(context, output)) {
      fb.laneMemory('v128.store64_lane', lane / 2, offset);
      lane += 2;
    } else {
      fb.laneMemory('v128.store32_lane', lane, offset);
      lane += 1;
    }
  }
  fb.release(value);
}
