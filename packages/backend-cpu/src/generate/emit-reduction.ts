// Reductions of a tile: accumulators in locals, loops over the reduction axes, sums across lanes at the end.

import type { Local } from './assembler.ts';
import { emitAssumingGuards } from './assume-guards.ts';
import type { EmitContext, Point } from './emit-context.ts';
import { pushConstant, pushValue } from './emit-expression.ts';
import { hoist } from './hoist.ts';
import { pushIndexVector } from './emit-index.ts';
import { emitLoop } from './emit-loop.ts';
import { pushStored } from './emit-memory.ts';
import type { LinearIndex } from './linear-index.ts';
import { operandsOf, type LoweredKernel, type LoweredOutput, type Node, type ReduceNode } from './lowered.ts';
import type { PartialSums } from './tile-plan.ts';
import { emitArgmaxStep, emitMaximum } from './vector-math.ts';

const NOWHERE: Point['at'] = new Map();

/** Loops with fewer accumulators are short enough for engines to unroll. */
const fewestForTurns = 6;
/** A sum over so many rows of taps needs no loop; one over more gains nothing. */
const mostTapRows = 3;

interface Accumulator {
  readonly reduce: ReduceNode;
  /** Whether each position that it meets is larger than the one before. */
  readonly ascends: boolean;
  /** Where in the output tile. */
  readonly point: Point;
  /** One for each vector along reduced lanes, else one. */
  readonly parts: readonly { readonly value: Local; readonly index: Local | undefined }[];
}

/** What slices before left in the output is added to the sum of this one. */
export interface Resume {
  /** 1 in the first slice. */
  readonly first: Local;
  readonly output: LoweredOutput;
}

/** Computes reductions over the same axes at all points and remembers the results in the current scope. */
export function emitReductions(
  context: EmitContext,
  reduces: readonly ReduceNode[],
  points: readonly Point[],
  resume: Resume | undefined,
): void {
  const [first] = reduces;
  if (first === undefined) return;
  const { over } = first;
  const { plan, kernel, fb } = context;
  const lane = plan.lane !== undefined && over.includes(plan.lane) ? plan.lane : undefined;
  const vector = fb.lanes;
  const partCount = lane === undefined ? 1 : (plan.tile.get(lane) ?? vector) / vector;
  const unrolled = over.filter((axis) => axis !== lane && plan.tile.has(axis));
  const loops = plan.reduction.filter((axis) => over.includes(axis));
  const ascends = (reduce: ReduceNode): boolean =>
    lane === undefined && isAscending(reduce.position, [...loops, ...unrolled], kernel);
  const accumulators = makeAccumulators(context, reduces, points, partCount, ascends);
  for (const accumulator of accumulators) for (const part of accumulator.parts) initialize(context, accumulator, part);

  const steps = unrolled.reduce<ReadonlyMap<number, number>[]>(
    (all, axis) =>
      all.flatMap((at) => Array.from({ length: kernel.extents.get(axis) ?? 1 }, (_, i) => new Map([...at, [axis, i]]))),
    [new Map()],
  );
  const sumsTaps =
    steps.length > 1 &&
    lane === undefined &&
    reduces.every(({ op, dtype, body }) => op === 'sum' && dtype === 'f32' && !hasGuards(body));
  const stepAll = (laneSize: number | undefined, ahead: Point['at'] = NOWHERE): void => {
    const stepPoints = steps.flatMap((step) =>
      accumulators.flatMap((accumulator) =>
        accumulator.parts.flatMap((part, i) => {
          if (laneSize !== undefined && i * vector >= laneSize) return [];
          const at = new Map([...accumulator.point.at, ...step, ...ahead]);
          if (lane !== undefined) at.set(lane, i * vector);
          const lanes = laneSize === undefined ? accumulator.point.lanes : Math.min(vector, laneSize - i * vector);
          return [{ accumulator, part, point: { at, lanes } }];
        }),
      ),
    );
    emitAssumingGuards(
      context,
      reduces.map(({ body }) => body),
      stepPoints.map(({ point }) => point),
      () => {
        if (sumsTaps) {
          for (const { reduce, parts } of accumulators)
            for (const part of parts) {
              const taps = stepPoints.filter((one) => one.part === part).map(({ point }) => point);
              accumulateTaps(context, reduce, part.value, taps);
            }
          return;
        }
        for (const { accumulator, part, point } of stepPoints)
          accumulate(context, accumulator, part, point, lane !== undefined);
      },
    );
    prefetch(context);
  };

  const perTurnOf = (axis: number, count: number | Local): number => {
    const { stepsPerTurn } = plan;
    if (stepsPerTurn === 1) return 1;
    if (steps.length > 1) {
      const isSum = reduces.every(({ op }) => op === 'sum');
      return isSum && typeof count === 'number' && count <= mostTapRows ? count : 1;
    }
    const counts = typeof count === 'number' ? [count] : sliceSizes(axis);
    const fits = counts.every((one) => one >= stepsPerTurn && one % stepsPerTurn === 0);
    return fits && accumulators.length >= fewestForTurns ? stepsPerTurn : 1;
  };
  /** Of all slices and of the last one. */
  const sliceSizes = (axis: number): readonly number[] => {
    const extent = kernel.extents.get(axis) ?? 1;
    const size = plan.slices.find((slice) => slice.axis === axis)?.size ?? extent;
    return [size, extent % size || size];
  };
  const bodyPoints = accumulators.map(({ point }) => point);
  /** Partial sums lose fewer digits than one long sum. */
  const inParts = ({ depth, chunk }: PartialSums): void => {
    const totals = accumulators.flatMap(({ parts }) => parts.map(({ value }) => ({ value, total: fb.local('v128') })));
    for (const { total, value } of totals) {
      fb.get(value);
      fb.set(total);
    }
    const from = (at: number): void => {
      const axis = loops[at];
      const extent = axis === undefined ? 1 : (kernel.extents.get(axis) ?? 1);
      if (axis !== undefined && at < depth) {
        emitLoop(context, { axis, step: 1, count: extent }, () => from(at + 1));
        return;
      }
      if (axis !== undefined && at === depth && chunk > 0) {
        emitLoop(context, { axis, step: chunk, count: extent / chunk }, () => from(at + 1));
        return;
      }
      for (const accumulator of accumulators)
        for (const part of accumulator.parts) initialize(context, accumulator, part);
      nest(depth, chunk);
      for (const { value, total } of totals) {
        fb.get(total);
        fb.get(value);
        fb.op('f32x4.add');
        fb.set(total);
      }
    };
    from(0);
    for (const { value, total } of totals) {
      fb.get(total);
      fb.set(value);
      fb.release(total);
    }
  };
  const nest = (depth: number, steps = 0, ahead: Point['at'] = NOWHERE): void => {
    const axis = loops[depth];
    if (axis === undefined) {
      stepAll(undefined, ahead);
      return;
    }
    const unsettled = new Set([...loops.slice(depth), ...unrolled]);
    hoist(
      context,
      reduces.map(({ body }) => body),
      unsettled,
      bodyPoints,
    );
    const extent = kernel.extents.get(axis) ?? 1;
    if (axis !== lane) {
      const count = steps > 0 ? steps : (context.sliceCounts.get(axis) ?? extent);
      const perTurn = depth + 1 === loops.length ? perTurnOf(axis, count) : 1;
      emitLoop(context, { axis, step: 1, count, perTurn }, (by) => nest(depth + 1, 0, new Map([[axis, by]])));
      return;
    }
    const size = plan.tile.get(axis) ?? vector;
    const full = Math.floor(extent / size);
    const left = extent % size;
    if (full === 0) context.scoped(() => stepAll(left));
    else
      emitLoop(
        context,
        { axis, step: size, count: full },
        () => stepAll(size),
        left === 0 ? undefined : () => stepAll(left),
      );
  };
  context.scoped(() => (plan.partial === undefined ? nest(0) : inParts(plan.partial)));

  for (const accumulator of accumulators) {
    const result = finish(context, accumulator, lane !== undefined);
    if (resume !== undefined) addStored(context, result, accumulator.point, resume);
    context.remember(context.key(accumulator.reduce, accumulator.point), result);
    for (const { value, index } of accumulator.parts) {
      if (value !== result) fb.release(value);
      if (index !== undefined && index !== result) fb.release(index);
    }
  }
}

function prefetch(context: EmitContext): void {
  const { fb, plan, table } = context;
  for (const one of plan.prefetches) {
    for (const bytes of one.ahead) {
      fb.get(context.pointer(table.ofPrefetch(one)));
      fb.prefetch(bytes);
    }
  }
}

function makeAccumulators(
  context: EmitContext,
  reduces: readonly ReduceNode[],
  points: readonly Point[],
  partCount: number,
  ascends: (reduce: ReduceNode) => boolean,
): readonly Accumulator[] {
  const { fb } = context;
  const made = new Map<string, Accumulator>();
  for (const reduce of reduces) {
    for (const point of points) {
      const key = context.key(reduce, point);
      if (made.has(key)) continue;
      const parts = Array.from({ length: partCount }, () => ({
        value: fb.local('v128'),
        index: reduce.op === 'argmax' ? fb.local('v128') : undefined,
      }));
      made.set(key, { reduce, ascends: reduce.op === 'argmax' && ascends(reduce), point, parts });
    }
  }
  return [...made.values()];
}

function pushIdentity(context: EmitContext, { op, body }: ReduceNode): void {
  if (op === 'sum') pushConstant(context, body.dtype, 0);
  else if (body.dtype === 'f32') pushConstant(context, 'f32', -Infinity);
  else pushConstant(context, body.dtype, body.dtype === 'i32' ? -(2 ** 31) : 0);
}

function initialize(
  context: EmitContext,
  { reduce, ascends }: Accumulator,
  { value, index }: Accumulator['parts'][number],
): void {
  const { fb } = context;
  pushIdentity(context, reduce);
  fb.set(value);
  if (index === undefined) return;
  fb.i32x4(ascends ? reduce.position.offset : 2 ** 31 - 1);
  fb.set(index);
}

function accumulate(
  context: EmitContext,
  { reduce, ascends }: Accumulator,
  { value, index }: Accumulator['parts'][number],
  point: Point,
  acrossLanes: boolean,
): void {
  const { fb } = context;
  const pushBody = (): void => {
    pushValue(context, reduce.body, point);
    if (!acrossLanes || point.lanes === fb.lanes) return;
    pushIdentity(context, reduce);
    fb.i32x4(laneMask(point.lanes));
    fb.op('v128.bitselect');
  };
  if (index !== undefined) {
    const candidate = { value: fb.local('v128'), index: fb.local('v128') };
    pushBody();
    fb.set(candidate.value);
    pushIndexVector(context, (node, at) => pushValue(context, node, at), reduce.position, point);
    if (acrossLanes && point.lanes < fb.lanes) {
      fb.i32x4(2 ** 31 - 1);
      fb.i32x4(laneMask(point.lanes));
      fb.op('v128.bitselect');
    }
    fb.set(candidate.index);
    emitArgmaxStep(fb, { value, index }, candidate, { float: reduce.body.dtype === 'f32', later: ascends });
    fb.release(candidate.value);
    fb.release(candidate.index);
    return;
  }
  fb.get(value);
  pushBody();
  combine(context, reduce);
  fb.set(value);
}

/** Taps are added up before they join the accumulator, so that additions which wait for each other are fewer. */
function accumulateTaps(context: EmitContext, { body }: ReduceNode, value: Local, taps: readonly Point[]): void {
  const { fb } = context;
  fb.get(value);
  taps.forEach((point, at) => {
    pushValue(context, body, point);
    if (at > 0) fb.op('f32x4.add');
  });
  fb.op('f32x4.add');
  fb.set(value);
}

function hasGuards(node: Node): boolean {
  return (
    node.kind === 'guarded' || (node.kind === 'load' && node.guards.length > 0) || operandsOf(node).some(hasGuards)
  );
}

/** Whether positions grow while the axes are walked, the last one innermost. */
function isAscending({ coefficients, rest }: LinearIndex, order: readonly number[], kernel: LoweredKernel): boolean {
  let span = 0;
  for (const axis of [...order].reverse()) {
    const step = coefficients.get(axis) ?? 0;
    const last = (kernel.extents.get(axis) ?? 1) - 1;
    if (last > 0 && step <= span) return false;
    span += step * last;
  }
  return rest.length === 0;
}

function laneMask(lanes: number): (lane: number) => number {
  return (lane) => (lane < lanes ? -1 : 0);
}

/** Joins the two partial results on the stack. */
function combine({ fb }: EmitContext, { op, body }: ReduceNode): void {
  const float = body.dtype === 'f32';
  if (op === 'sum') fb.op(float ? 'f32x4.add' : 'i32x4.add');
  else if (float) emitMaximum(fb, false);
  else fb.op(body.dtype === 'i32' ? 'i32x4.max_s' : 'i32x4.max_u');
}

function addStored(context: EmitContext, result: Local, point: Point, { first, output }: Resume): void {
  const { fb } = context;
  fb.get(first);
  fb.if(
    () => fb.get(result),
    () => {
      fb.get(result);
      pushStored(context, output, point);
      fb.op('f32x4.add');
    },
    'v128',
  );
  fb.set(result);
}

/** The local with the result: parts joined, and lanes where they were reduced. */
function finish(context: EmitContext, { reduce, parts }: Accumulator, acrossLanes: boolean): Local {
  const { fb } = context;
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError('reduction without accumulators');
  const join = (part: { readonly value: Local; readonly index: Local | undefined }): void => {
    if (first.index !== undefined && part.index !== undefined) {
      emitArgmaxStep(
        fb,
        { value: first.value, index: first.index },
        { value: part.value, index: part.index },
        { float: reduce.body.dtype === 'f32', later: false },
      );
      return;
    }
    fb.get(first.value);
    fb.get(part.value);
    combine(context, reduce);
    fb.set(first.value);
  };
  for (const part of others) join(part);
  if (acrossLanes) {
    const moved = { value: fb.local('v128'), index: first.index === undefined ? undefined : fb.local('v128') };
    for (let distance = fb.lanes / 2; distance >= 1; distance /= 2) {
      for (const name of ['value', 'index'] as const) {
        const from = first[name];
        const to = moved[name];
        if (from === undefined || to === undefined) continue;
        fb.get(from);
        fb.exchange(distance);
        fb.set(to);
      }
      join(moved);
    }
    fb.release(moved.value);
    if (moved.index !== undefined) fb.release(moved.index);
  }
  return first.index ?? first.value;
}
