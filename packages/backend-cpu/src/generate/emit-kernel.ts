// One function for a kernel: parameters are the buffers' addresses and a range of the shared outermost loop.

import { paramOf, type Assembler, type Local, type ValueType } from './assembler.ts';
import { axesWithValues } from './collapse-axes.ts';
import { EmitContext, type MathImports, type Point } from './emit-context.ts';
import { precompute, pushValue } from './emit-expression.ts';
import { emitLoop } from './emit-loop.ts';
import { emitStore } from './emit-memory.ts';
import { emitReductions, type Resume } from './emit-reduction.ts';
import { hoist, isExpensive } from './hoist.ts';
import { operandsOf, type LoweredKernel, type ReduceNode } from './lowered.ts';
import type { TilePlan } from './tile-plan.ts';

/** Iterations of the loop that threads share; function arguments `begin` and `end` are within `0 .. sharedCount`. */
export function sharedCount(plan: TilePlan): number {
  return plan.shared.reduce((product, { parts }) => product * parts, 1);
}

function blockCount(kernel: LoweredKernel, plan: TilePlan, axis: number): number {
  return Math.ceil((kernel.extents.get(axis) ?? 1) / (plan.tile.get(axis) ?? 1));
}

/** Types of the parameters of a kernel's function: its buffers, and the first iteration of the shared loop and the one after the last. */
export function parameterTypes({ buffers }: LoweredKernel): readonly ValueType[] {
  return [...buffers.map(() => 'pointer' as const), 'i32', 'i32'];
}

/** Writes the body of a function whose parameters have the types of `parameterTypes`. */
export function emitKernel(fb: Assembler, kernel: LoweredKernel, plan: TilePlan, imports: MathImports): void {
  const tracked = axesWithValues(kernel);
  const outputTiles = [...plan.tile].filter(([axis]) => kernel.axes.includes(axis));
  for (const [axis, size] of outputTiles) if ((kernel.extents.get(axis) ?? 1) % size !== 0) tracked.add(axis);
  for (const { axis, parts } of plan.shared) if (parts < blockCount(kernel, plan, axis)) tracked.add(axis);
  for (const { axis } of plan.slices) tracked.add(axis);
  const context = new EmitContext(fb, kernel, plan, imports, tracked);
  context.table.streams.forEach(({ slot, base }) => {
    const pointer = fb.local('pointer');
    fb.get(paramOf(fb, slot));
    fb.i32(base);
    fb.addToPointer();
    fb.set(pointer);
    context.pointers.push(pointer);
  });
  hoistOutside(context, new Set(kernel.extents.keys()));
  emitSlices(context, 0, undefined);
}

function hoistOutside(context: EmitContext, unsettled: ReadonlySet<number>): void {
  const reduces = context.kernel.reductionAxes.length > 0;
  const roots = context.kernel.outputs.map(({ value }) => value);
  hoist(context, roots, unsettled, [{ at: new Map(), lanes: context.fb.lanes }], reduces ? isExpensive : undefined);
}

/** Slices of reduction axes outermost, so that each slice's operands stay cached while all outputs use them. */
function emitSlices(context: EmitContext, depth: number, first: Local | undefined): void {
  const { fb, kernel, plan } = context;
  const slice = plan.slices[depth];
  if (slice === undefined) {
    const [output] = kernel.outputs;
    emitShared(context, first === undefined || output === undefined ? undefined : { first, output });
    return;
  }
  const extent = kernel.extents.get(slice.axis) ?? 1;
  emitLoop(context, { axis: slice.axis, step: slice.size, count: Math.ceil(extent / slice.size) }, () => {
    const count = fb.local('i32');
    const start = context.axisValues.get(slice.axis);
    const isFirst = fb.local('i32');
    if (start === undefined) fb.i32(0);
    else fb.get(start);
    fb.op('i32.eqz');
    if (first !== undefined) {
      fb.get(first);
      fb.op('i32.and');
    }
    fb.set(isFirst);
    fb.i32(extent);
    if (start === undefined) fb.i32(0);
    else fb.get(start);
    fb.op('i32.sub');
    fb.set(count);
    atMost(fb, count, slice.size);
    context.sliceCounts.set(slice.axis, count);
    emitSlices(context, depth + 1, isFirst);
    context.sliceCounts.delete(slice.axis);
    fb.release(count);
    fb.release(isFirst);
  });
}

function atMost(fb: Assembler, value: Local, limit: number): void {
  fb.get(value);
  fb.i32(limit);
  fb.get(value);
  fb.i32(limit);
  fb.op('i32.lt_u');
  fb.op('select');
  fb.set(value);
}

/** The loop over `begin .. end`, each iteration decoded into blocks of the shared axes. */
function emitShared(context: EmitContext, resume: Resume | undefined): void {
  const { fb, kernel, plan, pointers, axisValues } = context;
  const begin = paramOf(fb, kernel.buffers.length);
  const end = paramOf(fb, kernel.buffers.length + 1);
  const current = fb.local('i32');
  const outerPointers = [...pointers];
  fb.get(begin);
  fb.set(current);
  fb.block((exit) => {
    fb.get(current);
    fb.get(end);
    fb.op('i32.ge_u');
    fb.brIf(exit);
    fb.loop((again) => {
      context.scoped(() => {
        const temporaries: Local[] = [];
        const fresh = (type: 'i32' | 'pointer' = 'i32'): Local => {
          const local = fb.local(type);
          temporaries.push(local);
          return local;
        };
        const moved = new Set<number>();
        const groupCounts = new Map<number, Local>();
        const rest = fresh();
        fb.get(current);
        fb.set(rest);
        [...plan.shared].reverse().forEach(({ axis, parts }, i) => {
          const blocks = blockCount(kernel, plan, axis);
          const tile = plan.tile.get(axis) ?? 1;
          const block = fresh();
          decodePart(fb, rest, block, parts, i === plan.shared.length - 1);
          if (parts < blocks) groupCounts.set(axis, dividePart(fb, block, blocks, parts, fresh()));
          context.table.streams.forEach(({ coefficients }, stream) => {
            const coefficient = coefficients.get(axis) ?? 0;
            if (coefficient === 0) return;
            const source = context.pointer(stream);
            const target = moved.has(stream) ? source : fresh('pointer');
            fb.get(source);
            fb.get(block);
            fb.indexPointer(coefficient * tile);
            fb.set(target);
            pointers[stream] = target;
            moved.add(stream);
          });
          if (context.tracked.has(axis)) {
            const start = fresh();
            fb.get(block);
            fb.i32(tile);
            fb.op('i32.mul');
            fb.set(start);
            axisValues.set(axis, start);
          }
        });
        const unsettled = new Set(kernel.extents.keys());
        for (const { axis } of plan.shared) if (!groupCounts.has(axis) && !plan.tile.has(axis)) unsettled.delete(axis);
        hoistOutside(context, unsettled);
        emitInner(context, 0, unsettled, groupCounts, resume);
        for (const { axis } of plan.shared) axisValues.delete(axis);
        outerPointers.forEach((pointer, stream) => {
          pointers[stream] = pointer;
        });
        for (const local of temporaries) fb.release(local);
      });
      fb.get(current);
      fb.i32(1);
      fb.op('i32.add');
      fb.tee(current);
      fb.get(end);
      fb.op('i32.lt_u');
      fb.brIf(again);
    });
  });
  fb.release(current);
}

/** Leaves the number of the part in `part` and what the axes further out make of it in `rest`. */
function decodePart(fb: Assembler, rest: Local, part: Local, parts: number, outermost: boolean): void {
  fb.get(rest);
  if (!outermost) {
    fb.i32(parts);
    fb.op('i32.rem_u');
  }
  fb.set(part);
  if (outermost) return;
  fb.get(rest);
  fb.i32(parts);
  fb.op('i32.div_u');
  fb.set(rest);
}

/** Turns the number of a part into that of its first block; gives how many it has. */
function dividePart(fb: Assembler, part: Local, blocks: number, parts: number, count: Local): Local {
  const pushFirst = (ahead: number): void => {
    fb.get(part);
    fb.i32(ahead);
    fb.op('i32.add');
    fb.i32(blocks);
    fb.op('i32.mul');
    fb.i32(parts);
    fb.op('i32.div_u');
  };
  pushFirst(1);
  fb.set(count);
  pushFirst(0);
  fb.set(part);
  fb.get(count);
  fb.get(part);
  fb.op('i32.sub');
  fb.set(count);
  return count;
}

function emitInner(
  context: EmitContext,
  depth: number,
  unsettled: ReadonlySet<number>,
  groupCounts: ReadonlyMap<number, Local>,
  resume: Resume | undefined,
): void {
  const { kernel, plan } = context;
  const axis = plan.inner[depth];
  if (axis === undefined) {
    emitVariants(
      context,
      [...plan.tile].filter(([tiled]) => kernel.axes.includes(tiled)),
      new Map(),
      resume,
    );
    return;
  }
  const step = plan.tile.get(axis) ?? 1;
  const count = groupCounts.get(axis) ?? blockCount(kernel, plan, axis);
  emitLoop(context, { axis, step, count }, () => {
    const left = new Set(unsettled);
    if (!plan.tile.has(axis)) left.delete(axis);
    if (depth + 1 < plan.inner.length) hoistOutside(context, left);
    emitInner(context, depth + 1, left, groupCounts, resume);
  });
}

/** Whole tiles, and smaller ones at the ends of axes that the tile does not divide. */
function emitVariants(
  context: EmitContext,
  tiled: readonly (readonly [number, number])[],
  sizes: ReadonlyMap<number, number>,
  resume: Resume | undefined,
): void {
  const { fb, kernel } = context;
  const [next, ...others] = tiled;
  if (next === undefined) {
    context.scoped(() => emitTile(context, sizes, resume));
    return;
  }
  const [axis, size] = next;
  const extent = kernel.extents.get(axis) ?? 1;
  const left = extent % size;
  const continueWith = (chosen: number): void =>
    emitVariants(context, others, new Map([...sizes, [axis, chosen]]), resume);
  const value = context.axisValues.get(axis);
  if (left === 0) continueWith(size);
  else if (extent < size || value === undefined) continueWith(left);
  else {
    fb.get(value);
    fb.i32(extent - left);
    fb.op('i32.eq');
    fb.if(
      () => continueWith(left),
      () => continueWith(size),
    );
  }
}

function emitTile(context: EmitContext, sizes: ReadonlyMap<number, number>, resume: Resume | undefined): void {
  const { kernel, plan } = context;
  const vector = context.fb.lanes;
  let points: Point[] = [
    { at: new Map(), lanes: plan.lane !== undefined && kernel.axes.includes(plan.lane) ? vector : 1 },
  ];
  const stepOf = (axis: number): number => (axis === plan.lane ? vector : 1);
  // The axis with the most steps outermost: what the others share is fewer values, which all fit registers.
  const outermostFirst = [...sizes].sort(([a, m], [b, n]) => Math.ceil(n / stepOf(b)) - Math.ceil(m / stepOf(a)));
  for (const [axis, size] of outermostFirst) {
    const step = stepOf(axis);
    points = points.flatMap(({ at, lanes }) =>
      Array.from({ length: Math.ceil(size / step) }, (_, i) => ({
        at: new Map([...at, [axis, i * step]]),
        lanes: axis === plan.lane ? Math.min(vector, size - i * step) : lanes,
      })),
    );
  }
  for (const reduces of reductionGroups(kernel)) emitReductions(context, reduces, points, resume);
  for (const point of points) {
    const [only] = kernel.outputs;
    if (kernel.outputs.length === 1 && only !== undefined) {
      emitStore(context, only, point, () => pushValue(context, only.value, point));
      continue;
    }
    // All values before the first store: an output may be read by another output's value.
    context.scoped(() => {
      for (const { value } of kernel.outputs) precompute(context, value, point);
      for (const output of kernel.outputs)
        emitStore(context, output, point, () => pushValue(context, output.value, point));
    });
  }
}

/** Reductions by the axes they run over. */
function reductionGroups(kernel: LoweredKernel): readonly (readonly ReduceNode[])[] {
  const groups = new Map<string, ReduceNode[]>();
  const seen = new Set<unknown>();
  const visit = (node: LoweredKernel['nodes'][number]): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'reduce') {
      const key = [...node.over].sort((a, b) => a - b).join();
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [node]);
      else group.push(node);
      return;
    }
    for (const operand of operandsOf(node)) visit(operand);
  };
  for (const { value } of kernel.outputs) visit(value);
  return [...groups.values()];
}
