// Stores parts of a kernel's expressions with kernels of their own.

import { axesOf, extentsOf } from '../fusion/kernel-facts.ts';
import { nodesOf } from '../kernels/contents.ts';
import { cast, constant, guarded, load, rewrite } from '../kernels/expression.ts';
import { axisIndex, simplifyGuards, type Extents } from '../kernels/index-algebra.ts';
import type { Guard, Index } from '../kernels/index-expression.ts';
import type { Axis, BufferDecl, Expr, Kernel } from '../kernels/kernel.ts';
import { rowMajorStorage } from '../kernels/storage.ts';

/** Takes the parts of one kernel apart; `kernels` are what must run before it, in order. */
export class Materializer {
  readonly kernels: Kernel[] = [];
  readonly extents: Extents;
  private readonly kernel: Kernel;
  private readonly buffers: BufferDecl[];

  /** @param buffers - to which the new temporaries are added. */
  constructor(kernel: Kernel, buffers: BufferDecl[]) {
    this.kernel = kernel;
    this.buffers = buffers;
    this.extents = extentsOf(kernel);
  }

  /** A temporary buffer over some axes, and the position in it of an iteration. */
  declare(
    dtype: 'f32' | 'i32' | 'bool',
    axes: readonly Axis[],
  ): { readonly buffer: number; readonly index: readonly Index[] } {
    const shape = axes.map(({ extent }) => extent);
    const buffer = this.buffers.length;
    this.buffers.push({ id: buffer, dtype, shape, role: { kind: 'temporary' }, storage: rowMajorStorage(shape) });
    return { buffer, index: axes.map(({ id }) => axisIndex(id)) };
  }

  /** Adds a kernel that stores values over the same axes, and gives the loads of them. */
  store(values: readonly Expr[], axes: readonly Axis[], reductionAxes: readonly Axis[]): readonly Expr[] {
    const outputs = values.map((value) => ({
      ...this.declare(value.dtype === 'u32' ? 'i32' : value.dtype, axes),
      value: storable(value),
    }));
    const { name, sources } = this.kernel;
    this.kernels.push({ name: `${name}/part${String(outputs[0].buffer)}`, sources, axes, reductionAxes, outputs });
    return outputs.map(({ buffer, index, value }, at) => cast(load(buffer, value.dtype, index), values[at].dtype));
  }

  /**
   * A load in place of `value`, which is computed ahead over those axes that it uses.
   *
   * @param guards - where the value is needed; elsewhere it is not computed.
   */
  materialize(value: Expr, guards: readonly Guard[]): Expr {
    const { axes, reductionAxes } = this.kernel;
    const whole = guards.length === 0 ? value : guarded(guards, value, constant(0, value.dtype), this.extents);
    const bound = new Set<number>();
    const used = new Set<number>();
    for (const node of nodesOf(whole)) {
      if (node.kind === 'reduce') for (const axis of node.axes) bound.add(axis);
      else if (node.kind === 'load') axesOf([...node.index, ...node.guards.map(({ index }) => index)], used);
      else if (node.kind === 'index') axesOf([node.index], used);
      else if (node.kind === 'guarded')
        axesOf(
          node.guards.map(({ index }) => index),
          used,
        );
    }
    const own = [...axes, ...reductionAxes].filter(({ id }) => used.has(id) && !bound.has(id));
    const [stored] = this.store(
      [whole],
      own,
      reductionAxes.filter(({ id }) => bound.has(id)),
    );
    return stored;
  }
}

/** u32 has no place in memory; its bits are kept as i32. */
function storable(value: Expr): Expr {
  return value.dtype === 'u32' ? cast(value, 'i32') : value;
}

/** A node and the guards under which it is evaluated. */
export type Replacement = (expr: Expr, guards: readonly Guard[]) => Expr | undefined;

/**
 * Rewrites an expression from the bottom up: `replace` sees every node with its parts already rewritten, and the guards that hold wherever the node is
 * evaluated. A node under different guards is rewritten once for each.
 */
export function rewriteGuarded(expr: Expr, extents: Extents, replace: Replacement): Expr {
  const memos = new Map<readonly Guard[], Map<Expr, Expr>>();
  const inner = new Map<readonly Guard[], Map<Expr, readonly Guard[]>>();
  const visit = (node: Expr, guards: readonly Guard[]): Expr => {
    const memo = memos.get(guards) ?? new Map<Expr, Expr>();
    memos.set(guards, memo);
    const known = memo.get(node);
    if (known !== undefined) return known;
    const parts = rewriteChildren(node, guards);
    const result = replace(parts, guards) ?? parts;
    memo.set(node, result);
    return result;
  };
  const rewriteChildren = (node: Expr, guards: readonly Guard[]): Expr => {
    const child = (part: Expr): Expr => visit(part, guards);
    switch (node.kind) {
      case 'guarded': {
        const a = visit(node.a, within(node, guards));
        const b = child(node.b);
        return a === node.a && b === node.b ? node : { ...node, a, b };
      }
      case 'unary':
      case 'cast': {
        const x = child(node.x);
        return x === node.x ? node : { ...node, x };
      }
      case 'binary': {
        const [a, b] = [child(node.a), child(node.b)];
        return a === node.a && b === node.b ? node : { ...node, a, b };
      }
      case 'select': {
        const [condition, a, b] = [child(node.condition), child(node.a), child(node.b)];
        return condition === node.condition && a === node.a && b === node.b ? node : { ...node, condition, a, b };
      }
      case 'reduce': {
        const body = child(node.body);
        return body === node.body ? node : { ...node, body };
      }
      case 'index':
      case 'load':
      case 'const':
        return node;
    }
  };
  const within = (node: Expr & { readonly kind: 'guarded' }, guards: readonly Guard[]): readonly Guard[] => {
    const known = inner.get(guards) ?? new Map<Expr, readonly Guard[]>();
    inner.set(guards, known);
    const all = known.get(node) ?? simplifyGuards([...guards, ...node.guards], extents) ?? [...guards, ...node.guards];
    known.set(node, all);
    return all;
  };
  return visit(expr, []);
}

/** An index in place of one axis throughout an expression. */
export function substituteAxis(expr: Expr, axis: number, index: Index, extents: Extents): Expr {
  return rewrite(expr, { axes: new Map([[axis, index]]), extents });
}
