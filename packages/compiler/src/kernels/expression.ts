// Scalar expressions: constructors with light simplification, substitution of axes, and small questions about them.

import { applyBinary, applyUnary, convert } from './arithmetic.ts';
import {
  addIndices,
  axisIndex,
  constantIndex,
  equalGuards,
  equalIndices,
  floorDivide,
  modulo,
  scaleIndex,
  simplifyGuards,
  valueIndex,
  type Extents,
} from './index-algebra.ts';
import type { Guard, Index } from './index-expression.ts';
import type { BinaryOp, Expr, KernelDType, ReduceOp, UnaryOp } from './kernel.ts';

/** A number of an element type. */
export function constant(value: number, dtype: KernelDType = 'f32'): Expr {
  return { kind: 'const', dtype, value };
}

/** `op x`, computed here where x is a constant; a double negation falls away. */
export function unary(op: UnaryOp, x: Expr): Expr {
  const dtype = op === 'not' ? 'bool' : x.dtype;
  if (x.kind === 'const') {
    const value = applyUnary(op, x.dtype, x.value);
    if (isExact(value, dtype)) return constant(value, dtype);
  }
  if (x.kind === 'unary' && x.op === op && (op === 'neg' || op === 'not')) return x.x;
  return { kind: 'unary', dtype, op, x };
}

const COMPARISONS: ReadonlySet<BinaryOp> = new Set(['eq', 'lt', 'le']);

/** `op(a, b)` of two expressions of one type; comparisons and logic give bool. Constants are folded where that changes no bit. */
export function binary(op: BinaryOp, a: Expr, b: Expr): Expr {
  const dtype = COMPARISONS.has(op) ? 'bool' : a.dtype;
  if (a.kind === 'const' && b.kind === 'const' && isExact(a.value, a.dtype) && isExact(b.value, a.dtype)) {
    const value = applyBinary(op, a.dtype, a.value, b.value);
    if (isExact(value, dtype)) return constant(value, dtype);
  }
  if (b.kind === 'const') {
    const same = withConstant(op, a, b.value);
    if (same !== undefined) return same;
  } else if (a.kind === 'const' && COMMUTATIVE.has(op)) {
    const same = withConstant(op, b, a.value);
    if (same !== undefined) return same;
  }
  return { kind: 'binary', dtype, op, a, b };
}

const COMMUTATIVE: ReadonlySet<BinaryOp> = new Set(['add', 'mul', 'min', 'max', 'xor', 'and', 'or']);

/** `x op value` where that is `x` or a constant for every x, infinities, NaN and zeros of both signs included. */
function withConstant(op: BinaryOp, x: Expr, value: number): Expr | undefined {
  const isFloat = x.dtype === 'f32';
  switch (op) {
    case 'add':
      return Object.is(value, -0) || (value === 0 && !isFloat) ? x : undefined;
    case 'sub':
      return Object.is(value, 0) ? x : undefined;
    case 'xor':
    case 'shr':
      return value === 0 ? x : undefined;
    case 'mul':
    case 'div':
      return value === 1 ? x : undefined;
    case 'pow':
      return value === 1 ? x : undefined;
    case 'max':
      return value === -Infinity ? x : undefined;
    case 'min':
      return value === Infinity ? x : undefined;
    case 'and':
      return value === 0 ? constant(0, 'bool') : x;
    case 'or':
      return value === 0 ? x : constant(1, 'bool');
    case 'eq':
    case 'lt':
    case 'le':
      return undefined;
  }
}

/** Whether a number is the same in double and in single precision, so that folding it changes no result. */
function isExact(value: number, dtype: KernelDType): boolean {
  return dtype !== 'f32' || Object.is(Math.fround(value), value);
}

/** `a` where the condition holds, else `b`. */
export function select(condition: Expr, a: Expr, b: Expr): Expr {
  if (condition.kind === 'const') return condition.value === 0 ? b : a;
  if (a === b) return a;
  if (condition.kind === 'unary' && condition.op === 'not') return select(condition.x, b, a);
  return { kind: 'select', dtype: a.dtype, condition, a, b };
}

/** x in another element type, with the rules of {@link Expr}. */
export function cast(x: Expr, dtype: KernelDType): Expr {
  if (x.dtype === dtype) return x;
  if (x.kind === 'const' && isExact(x.value, dtype)) return constant(convert(x.value, x.dtype, dtype), dtype);
  return { kind: 'cast', dtype, x };
}

/** The value of an index as an i32 expression. */
export function indexValue(index: Index): Expr {
  if (index.terms.length === 0) return constant(index.offset, 'i32');
  const [{ coefficient, atom }, ...others] = index.terms;
  const isValue = others.length === 0 && index.offset === 0 && coefficient === 1 && atom.kind === 'value';
  return isValue ? atom.expr : { kind: 'index', dtype: 'i32', index };
}

/** The reduction of `body` over axes of the kernel; over none it is `body`, of `argmax` 0. */
export function reduce(op: ReduceOp, axes: readonly number[], body: Expr): Expr {
  if (axes.length === 0) return op === 'argmax' ? constant(0, 'i32') : body;
  return { kind: 'reduce', dtype: op === 'argmax' ? 'i32' : body.dtype, op, axes, body };
}

/** The element of a buffer at one index for each of its axes, read without guards. */
export function load(buffer: number, dtype: KernelDType, index: readonly Index[]): Expr {
  return { kind: 'load', dtype, buffer, index, guards: [], fill: 0 };
}

/** `a` where the guards hold, else `b`; guards that the extents decide vanish, and a load with a constant beside it takes them itself. */
export function guarded(guards: readonly Guard[], a: Expr, b: Expr, extents: Extents): Expr {
  const kept = simplifyGuards(guards, extents);
  if (kept === undefined || a === b) return b;
  if (kept.length === 0) return a;
  if (b.kind === 'const') {
    if (a.kind === 'const' && Object.is(a.value, b.value)) return b;
    if (a.kind === 'load' && (a.guards.length === 0 || Object.is(a.fill, b.value))) {
      const all = simplifyGuards([...a.guards, ...kept], extents);
      return all === undefined ? b : { ...a, guards: all, fill: b.value };
    }
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

/** The index with its axes replaced, and the values in it rewritten likewise. */
export function rewriteIndex(index: Index, rewriting: Rewriting, memo?: Map<Expr, Expr>): Index {
  if (index.terms.every(({ atom }) => atom.kind === 'axis' && !rewriting.axes.has(atom.axis))) return index;
  const inside = (of: Index): Index => rewriteIndex(of, rewriting, memo);
  const parts = index.terms.map(({ coefficient, atom }): Index => {
    switch (atom.kind) {
      case 'axis':
        return scaleIndex(rewriting.axes.get(atom.axis) ?? axisIndex(atom.axis), coefficient);
      case 'floorDiv':
        return scaleIndex(floorDivide(inside(atom.of), atom.by, rewriting.extents), coefficient);
      case 'mod':
        return scaleIndex(modulo(inside(atom.of), atom.by, rewriting.extents), coefficient);
      case 'value':
        return scaleIndex(valueIndex(rewrite(atom.expr, rewriting, memo)), coefficient);
    }
  });
  return addIndices(constantIndex(index.offset), ...parts);
}

function rewriteGuards(guards: readonly Guard[], rewriting: Rewriting, memo: Map<Expr, Expr>): readonly Guard[] {
  return guards.map(({ index, lower, upper }) => ({ index: rewriteIndex(index, rewriting, memo), lower, upper }));
}

/** Rewrites an expression. What does not change stays the same object; what is shared stays shared, between calls too that share `memo`. */
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
    case 'index': {
      const index = rewriteIndex(expr.index, rewriting, memo);
      return equalIndices(index, expr.index) ? expr : indexValue(index);
    }
    case 'load': {
      const guards = simplifyGuards(rewriteGuards(expr.guards, rewriting, memo), rewriting.extents);
      if (guards === undefined) return constant(expr.fill, expr.dtype);
      const index = expr.index.map((one) => rewriteIndex(one, rewriting, memo));
      const isSame = equalGuards(guards, expr.guards) && index.every((one, at) => equalIndices(one, expr.index[at]));
      return isSame ? expr : { ...expr, index, guards };
    }
    case 'unary': {
      const x = part(expr.x);
      return x === expr.x ? expr : unary(expr.op, x);
    }
    case 'cast': {
      const x = part(expr.x);
      return x === expr.x ? expr : cast(x, expr.dtype);
    }
    case 'binary': {
      const [a, b] = [part(expr.a), part(expr.b)];
      return a === expr.a && b === expr.b ? expr : binary(expr.op, a, b);
    }
    case 'select': {
      const [condition, a, b] = [part(expr.condition), part(expr.a), part(expr.b)];
      return condition === expr.condition && a === expr.a && b === expr.b ? expr : select(condition, a, b);
    }
    case 'guarded': {
      const [a, b] = [part(expr.a), part(expr.b)];
      const guards = rewriteGuards(expr.guards, rewriting, memo);
      const simple = simplifyGuards(guards, rewriting.extents);
      const isSame = a === expr.a && b === expr.b && simple !== undefined && equalGuards(simple, expr.guards);
      return isSame ? expr : guarded(guards, a, b, rewriting.extents);
    }
    case 'reduce': {
      const body = part(expr.body);
      return body === expr.body ? expr : { ...expr, body };
    }
  }
}

/** The expressions that an expression is made of, without those in its indices. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'const':
    case 'index':
    case 'load':
      return NONE;
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

const NONE: readonly Expr[] = [];

/** Calls `visit` for the indices that an expression itself evaluates: those of loads and guards, and positions. */
export function forEachIndex(expr: Expr, visit: (index: Index) => void): void {
  if (expr.kind === 'load') expr.index.forEach(visit);
  if (expr.kind === 'index') visit(expr.index);
  if (expr.kind === 'load' || expr.kind === 'guarded') for (const { index } of expr.guards) visit(index);
}

/** Calls `visit` for the expressions whose values are part of an index. */
export function forEachValue({ terms }: Index, visit: (expr: Expr) => void): void {
  for (const { atom } of terms) {
    if (atom.kind === 'axis') continue;
    if (atom.kind === 'value') visit(atom.expr);
    else forEachValue(atom.of, visit);
  }
}

/** The reading of one element. */
export type LoadExpr = Expr & { readonly kind: 'load' };
/** A sum, a largest element or its position, over axes. */
export type ReduceExpr = Expr & { readonly kind: 'reduce' };
