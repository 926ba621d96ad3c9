// Scalar expressions: constructors with light simplification, substitution of axes, and small questions about them.

import { addIndices, floorDivide, modulo, scaleIndex, simplifyGuards, valueIndex, type Extents } from './index-algebra.ts';
import type { Guard, Index } from './index-expression.ts';
import type { BinaryOp, Expr, KernelDType, ReduceOp, UnaryOp } from './kernel.ts';

export function constant(value: number, dtype: KernelDType = 'f32'): Expr {
  return { kind: 'const', dtype, value };
}

export function unary(op: UnaryOp, x: Expr): Expr {
  return { kind: 'unary', dtype: op === 'not' ? 'bool' : x.dtype, op, x };
}

const COMPARISONS: ReadonlySet<BinaryOp> = new Set(['eq', 'lt', 'le']);

export function binary(op: BinaryOp, a: Expr, b: Expr): Expr {
  return { kind: 'binary', dtype: COMPARISONS.has(op) ? 'bool' : a.dtype, op, a, b };
}

export function select(condition: Expr, a: Expr, b: Expr): Expr {
  if (condition.kind === 'const') return condition.value === 0 ? b : a;
  return { kind: 'select', dtype: a.dtype, condition, a, b };
}

export function cast(x: Expr, dtype: KernelDType): Expr {
  return x.dtype === dtype ? x : { kind: 'cast', dtype, x };
}

export function indexValue(index: Index): Expr {
  return index.terms.length === 0 ? constant(index.offset, 'i32') : { kind: 'index', dtype: 'i32', index };
}

export function reduce(op: ReduceOp, axes: readonly number[], body: Expr): Expr {
  return { kind: 'reduce', dtype: op === 'argmax' ? 'i32' : body.dtype, op, axes, body };
}

export function load(buffer: number, dtype: KernelDType, index: readonly Index[]): Expr {
  return { kind: 'load', dtype, buffer, index, guards: [], fill: 0 };
}

/** `a` where the guards hold, else `b`; guards that the extents decide vanish, and a plain load takes them itself. */
export function guarded(guards: readonly Guard[], a: Expr, b: Expr, extents: Extents): Expr {
  const kept = simplifyGuards(guards, extents);
  if (kept === undefined) return b;
  if (kept.length === 0) return a;
  if (a.kind === 'load' && b.kind === 'const' && (a.guards.length === 0 || a.fill === b.value)) {
    return { ...a, guards: [...a.guards, ...kept], fill: b.value };
  }
  return { kind: 'guarded', dtype: a.dtype, guards: kept, a, b };
}

/** What becomes of the parts of an expression. */
export interface Rewriting {
  /** An index in place of an axis; axes that are absent stay. */
  readonly axes: ReadonlyMap<number, Index>;
  /** Extents of the axes in the result; they decide divisions and guards. */
  readonly extents: Extents;
  /** A node in place of another, tried before its parts are rewritten. */
  readonly replace?: (expr: Expr) => Expr | undefined;
}

export function rewriteIndex(index: Index, rewriting: Rewriting): Index {
  const parts = index.terms.map(({ coefficient, atom }): Index => {
    switch (atom.kind) {
      case 'axis':
        return scaleIndex(rewriting.axes.get(atom.axis) ?? { offset: 0, terms: [{ coefficient: 1, atom }] }, coefficient);
      case 'floorDiv':
        return scaleIndex(floorDivide(rewriteIndex(atom.of, rewriting), atom.by, rewriting.extents), coefficient);
      case 'mod':
        return scaleIndex(modulo(rewriteIndex(atom.of, rewriting), atom.by, rewriting.extents), coefficient);
      case 'value':
        return scaleIndex(valueIndex(rewrite(atom.expr, rewriting)), coefficient);
    }
  });
  return addIndices({ offset: index.offset, terms: [] }, ...parts);
}

function rewriteGuards(guards: readonly Guard[], rewriting: Rewriting): readonly Guard[] {
  return guards.map(({ index, lower, upper }) => ({ index: rewriteIndex(index, rewriting), lower, upper }));
}

/** Rewrites an expression; the result shares what did not change only where `memo` is shared between calls. */
export function rewrite(expr: Expr, rewriting: Rewriting, memo: Map<Expr, Expr> = new Map()): Expr {
  const known = memo.get(expr);
  if (known !== undefined) return known;
  const result = rewriting.replace?.(expr) ?? rewriteParts(expr, rewriting, memo);
  memo.set(expr, result);
  return result;
}

function rewriteParts(expr: Expr, rewriting: Rewriting, memo: Map<Expr, Expr>): Expr {
  const part = (child: Expr): Expr => rewrite(child, rewriting, memo);
  switch (expr.kind) {
    case 'const':
      return expr;
    case 'index':
      return indexValue(rewriteIndex(expr.index, rewriting));
    case 'load': {
      const guards = simplifyGuards(rewriteGuards(expr.guards, rewriting), rewriting.extents);
      if (guards === undefined) return constant(expr.fill, expr.dtype);
      return { ...expr, index: expr.index.map((index) => rewriteIndex(index, rewriting)), guards };
    }
    case 'unary':
    case 'cast':
      return { ...expr, x: part(expr.x) };
    case 'binary':
      return { ...expr, a: part(expr.a), b: part(expr.b) };
    case 'select':
      return select(part(expr.condition), part(expr.a), part(expr.b));
    case 'guarded':
      return guarded(rewriteGuards(expr.guards, rewriting), part(expr.a), part(expr.b), rewriting.extents);
    case 'reduce':
      return { ...expr, body: part(expr.body) };
  }
}

export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'const':
    case 'index':
    case 'load':
      return [];
    case 'unary':
    case 'cast':
      return [expr.x];
    case 'binary':
    case 'guarded':
      return [expr.a, expr.b];
    case 'select':
      return [expr.condition, expr.a, expr.b];
    case 'reduce':
      return [expr.body];
  }
}

function indicesOf(expr: Expr): readonly Index[] {
  if (expr.kind === 'load') return [...expr.index, ...expr.guards.map(({ index }) => index)];
  if (expr.kind === 'index') return [expr.index];
  return expr.kind === 'guarded' ? expr.guards.map(({ index }) => index) : [];
}

/** Every node below and including `expr`, each once, those inside indices too. */
export function nodesOf(expr: Expr, into: Set<Expr> = new Set()): ReadonlySet<Expr> {
  if (into.has(expr)) return into;
  into.add(expr);
  for (const index of indicesOf(expr)) visitIndex(index, into);
  for (const child of childrenOf(expr)) nodesOf(child, into);
  return into;
}

function visitIndex(index: Index, into: Set<Expr>): void {
  for (const { atom } of index.terms) {
    if (atom.kind === 'value') nodesOf(atom.expr, into);
    else if (atom.kind !== 'axis') visitIndex(atom.of, into);
  }
}

export type LoadExpr = Expr & { readonly kind: 'load' };
export type ReduceExpr = Expr & { readonly kind: 'reduce' };

export function loadsOf(expr: Expr): readonly LoadExpr[] {
  return [...nodesOf(expr)].filter((node): node is LoadExpr => node.kind === 'load');
}

export function reducesOf(expr: Expr): readonly ReduceExpr[] {
  return [...nodesOf(expr)].filter((node): node is ReduceExpr => node.kind === 'reduce');
}
