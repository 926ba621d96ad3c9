// What it costs to evaluate an expression once, in units of one cheap operation on data in registers.

import { childrenOf } from '../kernels/expression.ts';
import type { BufferDecl, Expr } from '../kernels/kernel.ts';
import { elementsOf } from './kernel-facts.ts';

/** Reading one element of an array that does not stay in the cache. */
export const LOAD_COST = 4;
/** Writing one. */
export const STORE_COST = 4;
/** Arithmetic from here on is never repeated. */
export const HEAVY_COST = 16;

const EXPENSIVE: Readonly<Record<string, number>> = { exp: 20, log: 20, sin: 20, cos: 20, pow: 20, div: 3, sqrt: 3 };

export interface Cost {
  readonly arithmetic: number;
  readonly loads: number;
}

/**
 * Cost of one evaluation, shared nodes once. An array much smaller than `iterations` is read from the cache and costs little.
 *
 * @param iterations - evaluations of the expression in its own kernel.
 */
export function costOfValue(value: Expr, buffers: readonly BufferDecl[], iterations: number): Cost {
  const seen = new Set<Expr>();
  let arithmetic = 0;
  let loads = 0;
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    switch (expr.kind) {
      case 'const':
      case 'index':
        break;
      case 'load':
        loads += Math.min(LOAD_COST, (LOAD_COST * elementsOf(buffers[expr.buffer])) / iterations);
        for (const { terms } of expr.index) for (const { atom } of terms) if (atom.kind === 'value') visit(atom.expr);
        break;
      case 'unary':
      case 'binary':
        arithmetic += EXPENSIVE[expr.op] ?? 1;
        break;
      default:
        arithmetic += 1;
    }
    childrenOf(expr).forEach(visit);
  };
  visit(value);
  return { arithmetic, loads };
}
