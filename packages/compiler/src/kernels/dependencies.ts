// Which axes a value depends on, and how large integers can be.

import { childrenOf } from './expression.ts';
import { rangeOf, type Extents } from './index-algebra.ts';
import type { Index } from './index-expression.ts';
import type { Expr } from './kernel.ts';

/** Axes of an expression that no reduction in it binds. */
export class Dependencies {
  private readonly known = new Map<Expr, ReadonlySet<number>>();

  of(expr: Expr): ReadonlySet<number> {
    const known = this.known.get(expr);
    if (known !== undefined) return known;
    const axes = new Set<number>();
    for (const child of childrenOf(expr)) for (const axis of this.of(child)) axes.add(axis);
    if (expr.kind === 'reduce') for (const axis of expr.axes) axes.delete(axis);
    if (expr.kind === 'index') this.addIndex(expr.index, axes);
    if (expr.kind === 'load') for (const index of expr.index) this.addIndex(index, axes);
    if (expr.kind === 'load' || expr.kind === 'guarded')
      for (const { index } of expr.guards) this.addIndex(index, axes);
    this.known.set(expr, axes);
    return axes;
  }

  ofIndex(index: Index): ReadonlySet<number> {
    const axes = new Set<number>();
    this.addIndex(index, axes);
    return axes;
  }

  private addIndex({ terms }: Index, axes: Set<number>): void {
    for (const { atom } of terms) {
      if (atom.kind === 'axis') axes.add(atom.axis);
      else if (atom.kind === 'value') for (const axis of this.of(atom.expr)) axes.add(axis);
      else this.addIndex(atom.of, axes);
    }
  }
}

/** Whether the index depends on anything that is computed, such as a gathered position, and not on axes alone. */
export function hasValues({ terms }: Index): boolean {
  return terms.some(({ atom }) => atom.kind === 'value' || (atom.kind !== 'axis' && hasValues(atom.of)));
}

/**
 * An upper bound of the absolute value of an integer expression; infinite where nothing is known.
 *
 * @param bounds - of integer buffers that kernels write, by id.
 */
export function boundOf(expr: Expr, extents: Extents, bounds: ReadonlyMap<number, number>): number {
  const bound = (inner: Expr): number => boundOf(inner, extents, bounds);
  if (expr.dtype === 'bool') return 1;
  if (expr.dtype !== 'i32') return Infinity;
  switch (expr.kind) {
    case 'const':
      return Math.abs(expr.value);
    case 'index': {
      const range = rangeOf(expr.index, extents);
      return range === undefined ? Infinity : Math.max(Math.abs(range[0]), Math.abs(range[1]));
    }
    case 'load':
      return Math.max(bounds.get(expr.buffer) ?? Infinity, expr.guards.length === 0 ? 0 : Math.abs(expr.fill));
    case 'unary':
      return bound(expr.x);
    case 'cast':
      return expr.x.dtype === 'bool' ? 1 : Infinity;
    case 'binary':
      if (expr.op === 'min' || expr.op === 'max') return Math.max(bound(expr.a), bound(expr.b));
      return expr.op === 'add' || expr.op === 'sub' ? bound(expr.a) + bound(expr.b) : Infinity;
    case 'select':
    case 'guarded':
      return Math.max(bound(expr.a), bound(expr.b));
    case 'reduce': {
      const steps = expr.axes.reduce((product, axis) => product * (extents.get(axis) ?? 1), 1);
      if (expr.op === 'argmax') return steps;
      return expr.op === 'max' ? bound(expr.body) : bound(expr.body) * steps;
    }
  }
}
