// Computes what a loop does not change before the loop.

import type { EmitContext, Point } from './emit-context.ts';
import { precompute } from './emit-expression.ts';
import { operandsOf, type Node } from './lowered.ts';

/** Remembers, at each point, the largest subexpressions that do not vary along the unsettled axes and are always evaluated. */
export function hoist(
  context: EmitContext,
  roots: readonly Node[],
  unsettled: ReadonlySet<number>,
  points: readonly Point[],
  worthwhile: (node: Node) => boolean = () => true,
): void {
  const visited = new Set<Node>();
  const visit = (node: Node): void => {
    if (visited.has(node)) return;
    visited.add(node);
    if (node.kind === 'const') return;
    const invariant = [...node.axes].every((axis) => !unsettled.has(axis));
    if (invariant && !context.containsReduce(node) && worthwhile(node)) {
      for (const point of points) precompute(context, node, point);
      return;
    }
    // The branch not taken must not be evaluated.
    if (node.kind === 'guarded') return;
    for (const operand of operandsOf(node)) visit(operand);
  };
  for (const root of roots) visit(root);
}

/** Whether a node takes long enough that keeping its value in a register pays even next to a contraction. */
export function isExpensive(node: Node): boolean {
  if (node.kind === 'unary')
    return node.op !== 'neg' && node.op !== 'abs' && node.op !== 'not' ? true : isExpensive(node.x);
  if (node.kind === 'binary')
    return node.op === 'pow' || node.op === 'div' || isExpensive(node.a) || isExpensive(node.b);
  return operandsOf(node).some(isExpensive);
}
