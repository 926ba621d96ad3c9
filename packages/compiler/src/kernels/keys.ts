// Texts that are equal for structurally equal indices and expressions.

import type { Guard, Index, IndexAtom } from './index-expression.ts';
import type { Expr } from './kernel.ts';

/** Equal for indices that are the same sum of the same atoms. */
export function indexKey({ offset, terms }: Index): string {
  let key = String(offset);
  for (const { coefficient, atom } of terms) key += `+${String(coefficient)}*${atomKey(atom)}`;
  return key;
}

/** Equal for equal atoms. */
export function atomKey(atom: IndexAtom): string {
  switch (atom.kind) {
    case 'axis':
      return `a${String(atom.axis)}`;
    case 'value':
      return `v${exprKey(atom.expr)}`;
    case 'floorDiv':
    case 'mod':
      return `${atom.kind}(${indexKey(atom.of)},${String(atom.by)})`;
  }
}

/** A text of the guard, the same for equal ones. */
export function guardKey({ index, lower, upper }: Guard): string {
  return `${String(lower)}<=${indexKey(index)}<${String(upper)}`;
}

/** Equal for expressions of the same structure; grows with the expression written out in full. */
export function exprKey(expr: Expr): string {
  switch (expr.kind) {
    case 'const':
      return `${expr.dtype}:${Object.is(expr.value, -0) ? '-0' : String(expr.value)}`;
    case 'index':
      return `i[${indexKey(expr.index)}]`;
    case 'load':
      return `${expr.dtype}@${String(expr.buffer)}[${expr.index.map(indexKey).join(',')}|${expr.guards.map(guardKey).join('&')}|${String(expr.fill)}]`;
    case 'unary':
      return `${expr.op}(${exprKey(expr.x)})`;
    case 'cast':
      return `${expr.dtype}(${exprKey(expr.x)})`;
    case 'binary':
      return `${expr.op}(${exprKey(expr.a)},${exprKey(expr.b)})`;
    case 'select':
      return `select(${exprKey(expr.condition)},${exprKey(expr.a)},${exprKey(expr.b)})`;
    case 'guarded':
      return `guarded(${expr.guards.map(guardKey).join('&')},${exprKey(expr.a)},${exprKey(expr.b)})`;
    case 'reduce':
      return `${expr.op}{${expr.axes.join(',')}}(${exprKey(expr.body)})`;
  }
}
