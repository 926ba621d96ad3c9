// The kernels that write new values of parameters and state into place, each array read and written once.

import { load, loadsOf, rewrite } from '../kernels/expression.ts';
import { axisIndex, type Extents } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Axis, BufferDecl, BufferDType, Expr, Kernel } from '../kernels/kernel.ts';

export interface Update {
  readonly name: string;
  /** The graph's value. */
  readonly node: number;
  /** The persistent buffer that it replaces. */
  readonly target: number;
  readonly shape: readonly number[];
  readonly scope: string;
}

export interface UpdateContext {
  readonly read: (node: number, index: readonly Index[], extents: Extents, addReduction: (extent: number) => number) => Expr;
  readonly declare: (dtype: BufferDType, shape: readonly number[]) => number;
  readonly buffer: (id: number) => BufferDecl;
}

interface Group {
  readonly updates: Update[];
  readonly values: Expr[];
  readonly axes: readonly Axis[];
  readonly reductionAxes: readonly Axis[];
  /** Persistent buffers read, other than at the element that the same iteration writes. */
  readonly reads: Set<number>;
}

/**
 * One kernel for the entries of one shape that are updated from each other (a parameter and its moments). A kernel that reads the old value of an entry comes
 * before the one that writes it; where that cannot be, it reads a copy.
 */
export function lowerUpdates(updates: readonly Update[], context: UpdateContext): readonly Kernel[] {
  const groups = mergeGroups(updates.map((update) => singleGroup(update, context)));
  const { ordered, copies } = order(groups, context);
  return [...copies, ...ordered.map(toKernel)];
}

function singleGroup(update: Update, { read }: UpdateContext): Group {
  const axes = update.shape.map((extent, id): Axis => ({ id, extent }));
  const reductionAxes: Axis[] = [];
  const extents = new Map(axes.map(({ id, extent }) => [id, extent]));
  const value = read(update.node, axes.map(({ id }) => axisIndex(id)), extents, (extent) => {
    const id = axes.length + reductionAxes.length;
    reductionAxes.push({ id, extent });
    return id;
  });
  return { updates: [update], values: [value], axes, reductionAxes, reads: new Set(loadsOf(value).map(({ buffer }) => buffer)) };
}

/** Joins groups without reductions that have the same shape and read each other's targets. */
function mergeGroups(groups: readonly Group[]): readonly Group[] {
  const owner = new Map<number, number>(groups.map((group, at) => [group.updates[0].target, at]));
  const root = groups.map((_, at) => at);
  const find = (at: number): number => (root[at] === at ? at : (root[at] = find(root[at])));
  const mergeable = (a: Group, b: Group): boolean =>
    a.reductionAxes.length === 0 && b.reductionAxes.length === 0 && a.updates[0].shape.join() === b.updates[0].shape.join() && a.updates[0].shape.length > 0;
  groups.forEach((group, at) => {
    for (const buffer of group.reads) {
      const other = owner.get(buffer);
      if (other !== undefined && other !== at && mergeable(group, groups[other])) root[find(other)] = find(at);
    }
  });
  const merged = new Map<number, Group>();
  groups.forEach((group, at) => {
    const key = find(at);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...group, updates: [...group.updates], values: [...group.values], reads: new Set(group.reads) });
    else {
      known.updates.push(...group.updates);
      known.values.push(...group.values);
      for (const buffer of group.reads) known.reads.add(buffer);
    }
  });
  return [...merged.values()];
}

/** Readers of an entry before its writer; readers that are left in a circle read copies made first. */
function order(groups: readonly Group[], context: UpdateContext): { readonly ordered: readonly Group[]; readonly copies: readonly Kernel[] } {
  const targets = (group: Group): readonly number[] => group.updates.map(({ target }) => target);
  const copies: Kernel[] = [];
  const ordered: Group[] = [];
  let left = [...groups];
  while (left.length > 0) {
    const free = left.filter((group) => left.every((other) => other === group || !targets(group).some((target) => other.reads.has(target))));
    if (free.length > 0) {
      ordered.push(...free);
      left = left.filter((group) => !free.includes(group));
      continue;
    }
    const [first, ...others] = left;
    const copied = new Map(targets(first).map((target) => [target, copy(target, copies, context)]));
    left = [first, ...others.map((group) => readCopies(group, copied))];
  }
  return { ordered, copies };
}

function copy(source: number, copies: Kernel[], { declare, buffer }: UpdateContext): number {
  const { dtype, shape } = buffer(source);
  const target = declare(dtype, shape);
  const axes = shape.map((extent, id): Axis => ({ id, extent }));
  const index = axes.map(({ id }) => axisIndex(id));
  const value = load(source, dtype === 'u8' ? 'i32' : dtype, index);
  copies.push({ name: 'update:copy', sources: [], axes, reductionAxes: [], outputs: [{ buffer: target, index, value }] });
  return target;
}

function readCopies(group: Group, copied: ReadonlyMap<number, number>): Group {
  const replace = (expr: Expr): Expr | undefined => {
    const target = expr.kind === 'load' ? copied.get(expr.buffer) : undefined;
    return expr.kind === 'load' && target !== undefined ? { ...expr, buffer: target } : undefined;
  };
  const memo = new Map<Expr, Expr>();
  const values = group.values.map((value) => rewrite(value, { axes: new Map(), extents: new Map(), replace }, memo));
  return { ...group, values, reads: new Set([...group.reads].map((buffer) => copied.get(buffer) ?? buffer)) };
}

function toKernel({ updates, values, axes, reductionAxes }: Group): Kernel {
  return {
    name: `${updates[0].name}:update`,
    sources: updates.map(({ node, name }) => ({ node, op: 'update', scope: name })),
    axes,
    reductionAxes,
    outputs: updates.map(({ target }, at) => ({ buffer: target, index: axes.map(({ id }) => axisIndex(id)), value: values[at] })),
  };
}
