// Turns branches whose condition varies between the lanes of a vector into selections with guarded loads.

import { axesOfIndex, rangeOfIndex, type LinearGuard } from './linear-index.ts';
import { operandsOf, type LoweredKernel, type Node } from './lowered.ts';

const unbounded = 2 ** 31 - 1;

/** Whether every branch that varies along `lane` can become a selection. */
export function canVectorizeGuards(kernel: LoweredKernel, lane: number): boolean {
  return kernel.nodes.every((node) => {
    if (node.kind !== 'guarded' || !varies(node.guards, lane)) return true;
    return !containsLoad(node.b) || complement(node.guards, kernel.extents) !== undefined;
  });
}

/** The kernel with such branches replaced; call only where `canVectorizeGuards`. */
export function vectorizeGuards(kernel: LoweredKernel, lane: number): LoweredKernel {
  if (!kernel.nodes.some((node) => node.kind === 'guarded' && varies(node.guards, lane))) return kernel;
  const nodes: Node[] = [];
  const made = new Map<string, Node>();
  const add = (node: Node): Node => {
    const numbered = { ...node, id: nodes.length };
    nodes.push(numbered);
    return numbered;
  };
  const rewrite = (node: Node, guards: readonly LinearGuard[], scope: string): Node => {
    const key = `${node.id}/${scope}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const result = rewriteNew(node, guards, scope);
    made.set(key, result);
    return result;
  };
  const rewriteNew = (node: Node, guards: readonly LinearGuard[], scope: string): Node => {
    switch (node.kind) {
      case 'const':
      case 'index':
      case 'inside':
        return add(node);
      case 'load': {
        const rest = node.address.rest.map(({ coefficient, atom }) =>
          atom.kind === 'value'
            ? { coefficient, atom: { ...atom, node: rewrite(atom.node, guards, scope) } }
            : { coefficient, atom },
        );
        const all = [...node.guards, ...guards];
        const axes = new Set(node.axes);
        for (const { index } of guards) axesOfIndex(index, axes);
        return add({ ...node, address: { ...node.address, rest }, guards: all, axes });
      }
      case 'unary':
      case 'cast':
        return add({ ...node, x: rewrite(node.x, guards, scope) });
      case 'binary':
        return add({ ...node, a: rewrite(node.a, guards, scope), b: rewrite(node.b, guards, scope) });
      case 'select':
        return add({
          ...node,
          condition: rewrite(node.condition, guards, scope),
          a: rewrite(node.a, guards, scope),
          b: rewrite(node.b, guards, scope),
        });
      case 'reduce':
        return add({ ...node, body: rewrite(node.body, guards, scope) });
      case 'guarded': {
        if (!varies(node.guards, lane))
          return add({ ...node, a: rewrite(node.a, guards, scope), b: rewrite(node.b, guards, scope) });
        const otherwise = complement(node.guards, kernel.extents) ?? [];
        const a = rewrite(node.a, [...guards, ...node.guards], `${scope}+${node.id}`);
        const b = rewrite(node.b, [...guards, ...otherwise], `${scope}-${node.id}`);
        const axes = new Set<number>();
        for (const { index } of node.guards) axesOfIndex(index, axes);
        const condition = add({ kind: 'inside', dtype: 'bool', guards: node.guards, id: 0, axes });
        return add({
          kind: 'select',
          dtype: node.dtype,
          condition,
          a,
          b,
          id: 0,
          axes: new Set([...axes, ...a.axes, ...b.axes]),
        });
      }
    }
  };
  const outputs = kernel.outputs.map((output) => ({ ...output, value: rewrite(output.value, [], '') }));
  return { ...kernel, nodes, outputs };
}

function varies(guards: readonly LinearGuard[], lane: number): boolean {
  return guards.some(({ index }) => axesOfIndex(index).has(lane));
}

function containsLoad(node: Node): boolean {
  return node.kind === 'load' || operandsOf(node).some(containsLoad);
}

/** The opposite of a single guard, where that is again one guard. */
function complement(
  guards: readonly LinearGuard[],
  extents: ReadonlyMap<number, number>,
): readonly LinearGuard[] | undefined {
  const [guard] = guards;
  if (guard === undefined || guards.length !== 1) return undefined;
  const [low, high] = rangeOfIndex(guard.index, extents);
  if (low >= guard.lower) return [{ index: guard.index, lower: guard.upper, upper: unbounded }];
  if (high < guard.upper) return [{ index: guard.index, lower: -unbounded - 1, upper: guard.lower }];
  return undefined;
}
