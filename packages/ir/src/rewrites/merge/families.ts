// Families: several values that become parts of one; what the merging passes share.

import type { GraphBuilder } from '../../builder.ts';
import type { Graph } from '../../graph.ts';
import { slice } from '../../ops/slice.ts';
import type { Tensor } from '../../tensor.ts';
import { eliminateDeadCode } from '../eliminate-dead-code.ts';
import { builderFor, renumber } from '../rebuild.ts';

/** The channels of an image or of the rows of [N, C]. */
export const CHANNEL_AXIS = 1;

export interface MergeContext {
  readonly builder: GraphBuilder;
  /** The copy of a value, also of one that comes later. */
  copyOf(id: number): Tensor;
}

/** Values that are computed together. */
export interface Family {
  /** Ids of the nodes that the merged ones replace; a call with all its results. */
  readonly replaced: readonly number[];
  /** The new values by old id; a call needs none. */
  merge(context: MergeContext): ReadonlyMap<number, Tensor>;
}

export type FamilyFinder = (graph: Graph) => readonly Family[];

/** Merges families until the finders, in order, find none; then drops what is not needed. */
export function mergeFamilies<I extends string, O extends string>(
  graph: Graph<I, O>,
  finders: readonly FamilyFinder[],
): Graph<I, O> {
  let current = graph;
  for (;;) {
    const families = firstFamilies(current, finders);
    if (families.length === 0) return current;
    current = eliminateDeadCode.run(rebuildOnDemand(current, families));
  }
}

function firstFamilies(graph: Graph, finders: readonly FamilyFinder[]): readonly Family[] {
  for (const find of finders) {
    const families = find(graph);
    if (families.length > 0) return families;
  }
  return [];
}

/** A copy of `graph` with families merged. A merged value may need operands of its later members, so that the order of nodes can change. */
function rebuildOnDemand<I extends string, O extends string>(
  graph: Graph<I, O>,
  families: readonly Family[],
): Graph<I, O> {
  const builder = builderFor(graph);
  const familyOf = new Map(families.flatMap((family) => family.replaced.map((id) => [id, family] as const)));
  const copies = new Map<number, Tensor>();
  const copyOf = (id: number): Tensor => {
    const existing = copies.get(id);
    if (existing !== undefined) return existing;
    const family = familyOf.get(id);
    if (family !== undefined) {
      for (const [old, tensor] of family.merge({ builder, copyOf })) copies.set(old, tensor);
      const merged = copies.get(id);
      if (merged !== undefined) return merged;
    }
    const node = graph.nodes[id];
    const copy = builder.append({ ...node, inputs: node.inputs.map((input) => copyOf(input).id) });
    copies.set(id, copy);
    return copy;
  };
  const isCall = (id: number): boolean => graph.nodes[id].op === 'call';
  graph.nodes.forEach((_, id) => {
    if (!(familyOf.has(id) && isCall(id))) copyOf(id);
  });
  const { nodes, functions } = builder.finish();
  return renumber({ ...graph, nodes, functions }, (id) => copyOf(id).id);
}

/** `tensor` from `start` to `end` of an axis. */
export function range(tensor: Tensor, start: number, end: number, axis = CHANNEL_AXIS): Tensor {
  return slice(tensor, { axes: [axis], starts: [start], ends: [end] });
}

/** Consecutive ranges of the given lengths. */
export function ranges(lengths: readonly number[]): readonly (readonly [start: number, end: number])[] {
  let end = 0;
  return lengths.map((length) => {
    const start = end;
    end += length;
    return [start, end];
  });
}

/** A range of the channels, or of another axis, of a value. */
export interface ChannelRange {
  readonly base: number;
  readonly start: number;
  readonly end: number;
}

/** What a value shows when it is a slice along `axis`, of slices too; undefined for anything else. */
export function channelRangeOf(graph: Graph, id: number, axis = CHANNEL_AXIS): ChannelRange | undefined {
  const node = graph.nodes[id];
  if (node.op !== 'slice') return undefined;
  const { starts, ends, steps } = node.attrs;
  const from = graph.nodes[node.inputs[0]].type.shape;
  const whole = from.every((dim, other) => other === axis || (starts[other] === 0 && ends[other] === dim));
  const [start, end] = [starts[axis], ends[axis]];
  if (!whole || typeof end !== 'number' || steps.some((step) => step !== 1)) return undefined;
  const outer = channelRangeOf(graph, node.inputs[0], axis);
  return outer === undefined
    ? { base: node.inputs[0], start, end }
    : { base: outer.base, start: outer.start + start, end: outer.start + end };
}

/** Lists of entries with equal keys, in order of first appearance; entries without a key are left out. */
export function groupBy<T>(entries: readonly T[], keyOf: (entry: T) => string | undefined): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

/** Maximal runs of two or more entries each of which begins where the one before ends; of several that begin at one place the first counts. */
export function adjacentRuns<T>(
  entries: readonly T[],
  rangeOf: (entry: T) => Pick<ChannelRange, 'start' | 'end'>,
): readonly (readonly T[])[] {
  const sorted = [...entries].sort((a, b) => rangeOf(a).start - rangeOf(b).start);
  const runs: T[][] = [];
  for (const entry of sorted) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    const gap = previous === undefined ? Infinity : rangeOf(entry).start - rangeOf(previous).end;
    if (run !== undefined && gap === 0) run.push(entry);
    else if (gap > 0) runs.push([entry]);
  }
  return runs.filter(({ length }) => length > 1);
}
