// Joins two kernels that visit the same elements into one.

import { rewrite, rewriteIndex, type LoadExpr } from '../kernels/expression.ts';
import { axisIndex, pureAxis, zeroIndex } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Axis, BufferDecl, Expr, Kernel, KernelOutput } from '../kernels/kernel.ts';
import { accessesOf, extentsOf } from './kernel-facts.ts';

/**
 * `consumer`, whose every load of what `producer` writes is of the element that one iteration of `producer` stores, computed in the producer's
 * iterations: its loads become the stored values. Undefined when it is not so.
 *
 * @param kept - outputs of the producer that are stored all the same.
 */
export function joinConsumer(
  producer: Kernel,
  consumer: Kernel,
  buffers: readonly BufferDecl[],
  kept: (buffer: number) => boolean,
): Kernel | undefined {
  const values = new Map(producer.outputs.map((output) => [output.buffer, output]));
  let axes: ReadonlyMap<number, Index> | undefined;
  for (const { load, reduce, inIndex } of accessesOf(consumer)) {
    const output = values.get(load.buffer);
    if (output === undefined) continue;
    const buffer = buffers[load.buffer];
    if (reduce !== undefined || inIndex || load.guards.length > 0 || buffer.dtype === 'u8') return undefined;
    axes ??= matchAxes(producer, output, consumer, load, buffer.shape);
    if (axes === undefined || !isSameElement(load, output, axes, buffer.shape)) return undefined;
  }
  if (axes === undefined) return undefined;
  const replace = (expr: Expr): Expr | undefined => (expr.kind === 'load' ? values.get(expr.buffer)?.value : undefined);
  const outputs = rewriteOutputs(consumer, axes, [], extentsOf(producer), replace);
  return {
    ...producer,
    outputs: [...producer.outputs.filter(({ buffer }) => kept(buffer)), ...outputs],
    sources: joinSources(producer, consumer),
  };
}

function isSameElement(
  load: LoadExpr,
  { index }: KernelOutput,
  axes: ReadonlyMap<number, Index>,
  shape: readonly number[],
): boolean {
  return index.every((own, dimension) => {
    if (shape[dimension] === 1) return true;
    const axis = pureAxis(load.index[dimension]);
    const moved = axis === undefined ? undefined : axes.get(axis);
    return moved !== undefined && pureAxis(moved) === pureAxis(own);
  });
}

/** The consumer's axes in terms of the producer's, one to one. */
function matchAxes(
  producer: Kernel,
  { index }: KernelOutput,
  consumer: Kernel,
  load: LoadExpr,
  shape: readonly number[],
): ReadonlyMap<number, Index> | undefined {
  const axes = new Map<number, Index>();
  const taken = new Set<number>();
  const extents = [extentsOf(producer), extentsOf(consumer)] as const;
  for (const [dimension, own] of index.entries()) {
    if (shape[dimension] === 1) continue;
    const [to, from] = [pureAxis(own), pureAxis(load.index[dimension])];
    if (from === undefined || to === undefined || axes.has(from) || taken.has(to)) return undefined;
    if (extents[0].get(to) !== extents[1].get(from)) return undefined;
    axes.set(from, axisIndex(to));
    taken.add(to);
  }
  for (const { id, extent } of consumer.axes) {
    if (axes.has(id)) continue;
    if (extent > 1) return undefined;
    axes.set(id, unitAxis(producer, taken));
  }
  return producer.axes.every(({ id, extent }) => extent === 1 || taken.has(id)) ? axes : undefined;
}

/** An axis of extent 1 that is not taken yet keeps stores readable; without one its only position stands for it. */
function unitAxis({ axes }: Kernel, taken: Set<number>): Index {
  const free = axes.find(({ id, extent }) => extent === 1 && !taken.has(id));
  if (free === undefined) return zeroIndex;
  taken.add(free.id);
  return axisIndex(free.id);
}

/**
 * Two kernels with the same axes, in the same order, as one; undefined when their axes differ or one reads what the other writes.
 */
export function joinSiblings(first: Kernel, second: Kernel): Kernel | undefined {
  if (!sameExtents(first.axes, second.axes) || !sameExtents(first.reductionAxes, second.reductionAxes))
    return undefined;
  const from = [...second.axes, ...second.reductionAxes];
  const to = [...first.axes, ...first.reductionAxes];
  const axes = new Map(from.map(({ id }, at) => [id, axisIndex(to[at].id)]));
  const reductions = second.reductionAxes.map(({ id }, at) => [id, first.reductionAxes[at].id] as const);
  return {
    ...first,
    outputs: [...first.outputs, ...rewriteOutputs(second, axes, reductions, extentsOf(first), () => undefined)],
    sources: joinSources(first, second),
  };
}

export function sameExtents(a: readonly Axis[], b: readonly Axis[]): boolean {
  return a.length === b.length && a.every(({ extent }, at) => extent === b[at].extent);
}

function rewriteOutputs(
  { outputs }: Kernel,
  axes: ReadonlyMap<number, Index>,
  reductions: readonly (readonly [number, number])[],
  extents: ReadonlyMap<number, number>,
  replace: (expr: Expr) => Expr | undefined,
): readonly KernelOutput[] {
  const over = new Map(reductions);
  const bodies = { axes, extents, replace };
  const rewriting = {
    axes,
    extents,
    replace: (expr: Expr): Expr | undefined => {
      if (expr.kind !== 'reduce' || over.size === 0) return replace(expr);
      return { ...expr, axes: expr.axes.map((axis) => over.get(axis) ?? axis), body: rewrite(expr.body, bodies, memo) };
    },
  };
  const memo = new Map<Expr, Expr>();
  return outputs.map(({ buffer, index, value }) => ({
    buffer,
    index: index.map((one) => rewriteIndex(one, bodies)),
    value: rewrite(value, rewriting, memo),
  }));
}

function joinSources(first: Kernel, second: Kernel): Kernel['sources'] {
  return [...new Map([...first.sources, ...second.sources].map((source) => [source.node, source])).values()];
}
