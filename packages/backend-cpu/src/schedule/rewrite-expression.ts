// Substitution of axes in expressions, and small questions about them.

import type { Expr, Guard, Index } from '@netwright/compiler';

import { addIndices, floorDivide, modulo, scaleIndex, type Extents } from './index-algebra.ts';

/** What becomes of the parts of an expression. */
export interface Rewriting {
  /** An index in place of an axis; axes that are absent stay. */
  readonly axes: ReadonlyMap<number, Index>;
  /** Extents of the axes in the result; they decide divisions. */
  readonly extents: Extents;
  /** A node in place of another, tried before its parts are rewritten. */
  readonly replace?: (expr: Expr) => Expr | undefined;
}

export function rewriteIndex(index: Index, rewriting: Rewriting): Index {
  const parts = index.terms.map(({ coefficient, atom }) => {
    switch (atom.kind) {
      case 'axis':
        return scaleIndex(
          rewriting.axes.get(atom.axis) ?? { offset: 0, terms: [{ coefficient: 1, atom }] },
          coefficient,
        );
      case 'floorDiv':
        return scaleIndex(floorDivide(rewriteIndex(atom.of, rewriting), atom.by, rewriting.extents), coefficient);
      case 'mod':
        return scaleIndex(modulo(rewriteIndex(atom.of, rewriting), atom.by, rewriting.extents), coefficient);
      case 'value':
        return {
          offset: 0,
          terms: [{ coefficient, atom: { kind: 'value' as const, expr: rewriteExpression(atom.expr, rewriting) } }],
        };
    }
  });
  return addIndices({ offset: index.offset, terms: [] }, ...parts);
}

/** Guards that became constants and hold are dropped; one that never holds stays. */
export function rewriteGuards(guards: readonly Guard[], rewriting: Rewriting): readonly Guard[] {
  return guards
    .map(({ index, lower, upper }) => ({ index: rewriteIndex(index, rewriting), lower, upper }))
    .filter(({ index, lower, upper }) => index.terms.length > 0 || index.offset < lower || index.offset >= upper);
}

export function rewriteExpression(expr: Expr, rewriting: Rewriting): Expr {
  const replaced = rewriting.replace?.(expr);
  if (replaced !== undefined) return replaced;
  const rewrite = (part: Expr): Expr => rewriteExpression(part, rewriting);
  switch (expr.kind) {
    case 'const':
      return expr;
    case 'index':
      return { ...expr, index: rewriteIndex(expr.index, rewriting) };
    case 'load':
      return {
        ...expr,
        index: expr.index.map((index) => rewriteIndex(index, rewriting)),
        guards: rewriteGuards(expr.guards, rewriting),
      };
    case 'unary':
    case 'cast':
      return { ...expr, x: rewrite(expr.x) };
    case 'binary':
      return { ...expr, a: rewrite(expr.a), b: rewrite(expr.b) };
    case 'select':
      return { ...expr, condition: rewrite(expr.condition), a: rewrite(expr.a), b: rewrite(expr.b) };
    case 'guarded':
      return { ...expr, guards: rewriteGuards(expr.guards, rewriting), a: rewrite(expr.a), b: rewrite(expr.b) };
    case 'reduce':
      return { ...expr, body: rewrite(expr.body) };
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

/** Every node below and including `expr`, each once, those inside indices too. */
export function nodesOf(expr: Expr, into: Set<Expr> = new Set()): ReadonlySet<Expr> {
  if (into.has(expr)) return into;
  into.add(expr);
  const indices =
    expr.kind === 'load'
      ? [...expr.index, ...expr.guards.map(({ index }) => index)]
      : expr.kind === 'index'
        ? [expr.index]
        : expr.kind === 'guarded'
          ? expr.guards.map(({ index }) => index)
          : [];
  for (const index of indices) visitIndex(index, into);
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
