// Scalar index arithmetic, guard conditions and addresses.

import type { EmitContext, Point } from './emit-context.ts';
import { axesOfIndex, isAffineIn, type LinearGuard, type LinearIndex } from './linear-index.ts';
import type { Node } from './lowered.ts';

/** Evaluates a node's vector at a point and leaves it on the stack. */
export type PushVector = (node: Node, point: Point) => void;

/** Leaves the i32 value of an index, at one lane of a point, on the stack. */
export function pushIndex(
  context: EmitContext,
  push: PushVector,
  index: LinearIndex,
  point: Point,
  lane: number,
): void {
  const { fb } = context;
  fb.i32(index.offset + tileOffset(context, index, point, lane));
  for (const [axis, coefficient] of index.coefficients) {
    const value = context.axisValues.get(axis);
    if (value === undefined) continue;
    fb.get(value);
    scale(context, coefficient);
    fb.op('i32.add');
  }
  pushRest(context, push, index, point, lane, 'i32');
}

/** Adds the non-affine terms of an index to the i32 or pointer on the stack. */
export function pushRest(
  context: EmitContext,
  push: PushVector,
  index: LinearIndex,
  point: Point,
  lane: number,
  sum: 'i32' | 'pointer',
): void {
  const { fb } = context;
  for (const { coefficient, atom } of index.rest) {
    if (atom.kind === 'value') {
      push(atom.node, point);
      fb.lane('i32x4.extract_lane', lane);
    } else {
      pushIndex(context, push, atom.of, point, lane);
      if (atom.kind === 'floorDiv') floorDivide(context, atom.by);
      else modulo(context, atom.by);
    }
    if (sum === 'pointer') fb.indexPointer(coefficient);
    else {
      scale(context, coefficient);
      fb.op('i32.add');
    }
  }
}

/** What the offsets of a point (and a lane) add to an index's affine part. */
export function tileOffset(
  context: EmitContext,
  index: { readonly coefficients: ReadonlyMap<number, number> },
  point: Point,
  lane: number,
): number {
  let sum = 0;
  for (const [axis, offset] of point.at) sum += (index.coefficients.get(axis) ?? 0) * offset;
  if (context.plan.lane !== undefined) sum += (index.coefficients.get(context.plan.lane) ?? 0) * lane;
  return sum;
}

function scale({ fb }: EmitContext, coefficient: number): void {
  if (coefficient === 1) return;
  fb.i32(coefficient);
  fb.op('i32.mul');
}

function floorDivide({ fb }: EmitContext, by: number): void {
  if ((by & (by - 1)) === 0) {
    fb.i32(Math.log2(by));
    fb.op('i32.shr_s');
    return;
  }
  const value = fb.local('i32');
  fb.tee(value);
  fb.i32(by);
  fb.op('i32.div_s');
  fb.get(value);
  fb.i32(by);
  fb.op('i32.rem_s');
  fb.i32(31);
  fb.op('i32.shr_s');
  fb.op('i32.add');
  fb.release(value);
}

function modulo({ fb }: EmitContext, by: number): void {
  if ((by & (by - 1)) === 0) {
    fb.i32(by - 1);
    fb.op('i32.and');
    return;
  }
  const value = fb.local('i32');
  fb.i32(by);
  fb.op('i32.rem_s');
  fb.tee(value);
  fb.get(value);
  fb.i32(31);
  fb.op('i32.shr_s');
  fb.i32(by);
  fb.op('i32.and');
  fb.op('i32.add');
  fb.release(value);
}

/** Leaves 1 where all guards hold at one lane of a point, else 0. */
export function pushCondition(
  context: EmitContext,
  push: PushVector,
  guards: readonly LinearGuard[],
  point: Point,
  lane: number,
): void {
  const { fb } = context;
  guards.forEach(({ index, lower, upper }, i) => {
    pushIndex(context, push, index, point, lane);
    if (lower !== 0) {
      fb.i32(lower);
      fb.op('i32.sub');
    }
    fb.i32(upper - lower);
    fb.op('i32.lt_u');
    if (i > 0) fb.op('i32.and');
  });
}

/** Whether the index changes between lanes of a vector. */
export function variesAcrossLanes(context: EmitContext, index: LinearIndex): boolean {
  return context.plan.lane !== undefined && axesOfIndex(index).has(context.plan.lane);
}

/** Whether guards that hold at the first and at the last lane hold at all lanes. */
export function isMonotonic(context: EmitContext, guards: readonly LinearGuard[]): boolean {
  const { lane } = context.plan;
  return lane === undefined || guards.every(({ index }) => isAffineIn(index, lane));
}

/** Leaves i32 lanes with the value of an index. */
export function pushIndexVector(context: EmitContext, push: PushVector, index: LinearIndex, point: Point): void {
  const { fb } = context;
  const { lane } = context.plan;
  pushIndex(context, push, index, point, 0);
  fb.op('i32x4.splat');
  if (lane === undefined || !variesAcrossLanes(context, index)) return;
  if (isAffineIn(index, lane)) {
    const step = index.coefficients.get(lane) ?? 0;
    fb.i32x4((i) => i * step);
    fb.op('i32x4.add');
    return;
  }
  for (let i = 1; i < point.lanes; i += 1) {
    pushIndex(context, push, index, point, i);
    fb.lane('i32x4.replace_lane', i);
  }
}
