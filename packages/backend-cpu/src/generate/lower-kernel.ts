// Kernel IR -> lowered kernel: storage applied, constant guards removed, equal subexpressions shared.

import type { BufferDecl, Expr, Guard, Index, Kernel } from '@netwright/compiler';

import { axesOfIndex, linearIndexKey, rangeOfIndex, type LinearGuard, type LinearIndex } from './linear-index.ts';
import { storedBytes, type LoweredKernel, type Node } from './lowered.ts';

type Unnumbered = Node extends infer N ? (N extends Node ? Omit<N, 'id' | 'axes'> : never) : never;

export interface Lowering {
  readonly lowered: LoweredKernel;
  /** Equal for kernels that differ only in which buffers they use: extents, nodes and outputs. */
  readonly signature: string;
}

export function lowerKernel(kernel: Kernel, buffers: readonly BufferDecl[]): Lowering {
  const extents = new Map([...kernel.axes, ...kernel.reductionAxes].map(({ id, extent }) => [id, extent]));
  const nodes: Node[] = [];
  const known = new Map<string, Node>();
  const lowered = new Map<Expr, Node>();
  const slots: number[] = [];

  const slotOf = (buffer: number): number => {
    const slot = slots.indexOf(buffer);
    return slot >= 0 ? slot : slots.push(buffer) - 1;
  };

  const intern = (node: Unnumbered): Node => {
    const key = nodeKey(node);
    const same = known.get(key);
    if (same !== undefined) return same;
    const made = { ...node, id: nodes.length, axes: axesOfNode(node) } as Node;
    nodes.push(made);
    known.set(key, made);
    return made;
  };

  const linearIndex = (index: Index): LinearIndex => scaled([[index, 1]], 0);

  const scaled = (parts: readonly (readonly [Index, number])[], start: number): LinearIndex => {
    let offset = start;
    const coefficients = new Map<number, number>();
    const rest = new Map<string, { coefficient: number; atom: LinearIndex['rest'][number]['atom'] }>();
    for (const [index, scale] of parts) {
      offset += index.offset * scale;
      for (const { coefficient, atom } of index.terms) {
        const factor = coefficient * scale;
        if (factor === 0) continue;
        if (atom.kind === 'axis') {
          if ((extents.get(atom.axis) ?? 1) > 1)
            coefficients.set(atom.axis, (coefficients.get(atom.axis) ?? 0) + factor);
          continue;
        }
        const made =
          atom.kind === 'value'
            ? { kind: atom.kind, node: lower(atom.expr) }
            : { kind: atom.kind, of: linearIndex(atom.of), by: atom.by };
        const key = made.kind === 'value' ? `v${made.node.id}` : `${made.kind}(${linearIndexKey(made.of)},${made.by})`;
        const same = rest.get(key);
        if (same === undefined) rest.set(key, { coefficient: factor, atom: made });
        else same.coefficient += factor;
      }
    }
    for (const [axis, coefficient] of coefficients) if (coefficient === 0) coefficients.delete(axis);
    return { offset, coefficients, rest: [...rest.values()].filter(({ coefficient }) => coefficient !== 0) };
  };

  const addressOf = (buffer: BufferDecl, index: readonly Index[]): LinearIndex => {
    const bytes = storedBytes[buffer.dtype];
    return scaled(
      index.map((one, k) => [one, (buffer.storage.strides[k] ?? 0) * bytes] as const),
      buffer.storage.offset * bytes,
    );
  };

  /** The guards that can fail, or `false` when one always does. */
  const lowerGuards = (guards: readonly Guard[]): readonly LinearGuard[] | false => {
    const kept: LinearGuard[] = [];
    for (const guard of guards) {
      const index = linearIndex(guard.index);
      const [low, high] = rangeOfIndex(index, extents);
      if (high < guard.lower || low >= guard.upper) return false;
      if (low >= guard.lower && high < guard.upper) continue;
      kept.push({ index, lower: Math.max(guard.lower, -(2 ** 31)), upper: Math.min(guard.upper, 2 ** 31 - 1) });
    }
    return kept;
  };

  const lower = (expr: Expr): Node => {
    const done = lowered.get(expr);
    if (done !== undefined) return done;
    const made = lowerNew(expr);
    lowered.set(expr, made);
    return made;
  };

  const lowerNew = (expr: Expr): Node => {
    const { dtype } = expr;
    switch (expr.kind) {
      case 'const':
        return intern({ kind: 'const', dtype, value: expr.value });
      case 'index':
        return intern({ kind: 'index', dtype, index: linearIndex(expr.index) });
      case 'load': {
        const buffer = declarationOf(buffers, expr.buffer);
        const guards = lowerGuards(expr.guards);
        if (guards === false) return intern({ kind: 'const', dtype, value: expr.fill });
        return intern({
          kind: 'load',
          dtype,
          slot: slotOf(expr.buffer),
          stored: buffer.dtype,
          address: addressOf(buffer, expr.index),
          guards,
          fill: expr.fill,
        });
      }
      case 'unary':
        return intern({ kind: 'unary', dtype, op: expr.op, x: lower(expr.x) });
      case 'binary':
        return intern({ kind: 'binary', dtype, op: expr.op, a: lower(expr.a), b: lower(expr.b) });
      case 'select':
        return intern({ kind: 'select', dtype, condition: lower(expr.condition), a: lower(expr.a), b: lower(expr.b) });
      case 'cast':
        return intern({ kind: 'cast', dtype, x: lower(expr.x) });
      case 'guarded': {
        const guards = lowerGuards(expr.guards);
        if (guards === false) return lower(expr.b);
        if (guards.length === 0) return lower(expr.a);
        return intern({ kind: 'guarded', dtype, guards, a: lower(expr.a), b: lower(expr.b) });
      }
      case 'reduce': {
        const body = lower(expr.body);
        const over = expr.axes.filter((axis) => (extents.get(axis) ?? 1) > 1);
        return intern({ kind: 'reduce', dtype, op: expr.op, over, body, position: rowMajorPosition(over, extents) });
      }
    }
  };

  const outputs = kernel.outputs.map(({ buffer, index, value }) => {
    const declaration = declarationOf(buffers, buffer);
    return {
      slot: slotOf(buffer),
      stored: declaration.dtype,
      address: addressOf(declaration, index),
      value: lower(value),
    };
  });
  const looped = (axes: Kernel['axes']): number[] => axes.filter(({ extent }) => extent > 1).map(({ id }) => id);
  const [axes, reductionAxes] = [looped(kernel.axes), looped(kernel.reductionAxes)];
  const signature = [
    [...axes, ...reductionAxes].map((axis) => `${axis}:${extents.get(axis)}`).join(),
    axes.length,
    ...known.keys(),
    ...outputs.map(({ slot, stored, address, value }) => `${slot} ${stored} ${linearIndexKey(address)} = ${value.id}`),
  ].join('\n');
  return { lowered: { name: kernel.name, extents, axes, reductionAxes, nodes, outputs, buffers: slots }, signature };
}

export function declarationOf(buffers: readonly BufferDecl[], id: number): BufferDecl {
  const declaration = buffers[id];
  if (declaration === undefined) throw new RangeError(`kernel names buffer ${id} of ${buffers.length}`);
  return declaration;
}

function rowMajorPosition(axes: readonly number[], extents: ReadonlyMap<number, number>): LinearIndex {
  const coefficients = new Map<number, number>();
  let stride = 1;
  for (const axis of [...axes].reverse()) {
    coefficients.set(axis, stride);
    stride *= extents.get(axis) ?? 1;
  }
  return { offset: 0, coefficients, rest: [] };
}

function guardsKey(guards: readonly LinearGuard[]): string {
  return guards.map(({ index, lower, upper }) => `${lower}<=${linearIndexKey(index)}<${upper}`).join('&');
}

/** Equal strings for nodes of equal meaning whose operands are the same nodes. */
function nodeKey(node: Unnumbered): string {
  switch (node.kind) {
    case 'const':
      return `const ${node.dtype} ${Object.is(node.value, -0) ? '-0' : node.value}`;
    case 'index':
      return `index ${linearIndexKey(node.index)}`;
    case 'inside':
      return `inside ${guardsKey(node.guards)}`;
    case 'load':
      return `load ${node.dtype} ${node.slot} ${node.stored} ${linearIndexKey(node.address)} if ${guardsKey(node.guards)} else ${node.fill}`;
    case 'unary':
      return `${node.op} ${node.dtype} ${node.x.id}`;
    case 'binary':
      return `${node.op} ${node.dtype} ${node.a.id} ${node.b.id}`;
    case 'select':
      return `select ${node.condition.id} ${node.a.id} ${node.b.id}`;
    case 'cast':
      return `cast ${node.dtype} ${node.x.id}`;
    case 'guarded':
      return `guarded ${guardsKey(node.guards)} ${node.a.id} ${node.b.id}`;
    case 'reduce':
      return `reduce ${node.op} ${node.over.join()} ${node.body.id}`;
  }
}

function axesOfNode(node: Unnumbered): Set<number> {
  const axes = new Set<number>();
  const add = (...parts: readonly Node[]): void => {
    for (const part of parts) for (const axis of part.axes) axes.add(axis);
  };
  switch (node.kind) {
    case 'const':
      break;
    case 'index':
      axesOfIndex(node.index, axes);
      break;
    case 'load':
      axesOfIndex(node.address, axes);
      for (const { index } of node.guards) axesOfIndex(index, axes);
      break;
    case 'inside':
      for (const { index } of node.guards) axesOfIndex(index, axes);
      break;
    case 'unary':
    case 'cast':
      add(node.x);
      break;
    case 'binary':
      add(node.a, node.b);
      break;
    case 'select':
      add(node.condition, node.a, node.b);
      break;
    case 'guarded':
      add(node.a, node.b);
      for (const { index } of node.guards) axesOfIndex(index, axes);
      break;
    case 'reduce':
      add(node.body);
      for (const axis of node.over) axes.delete(axis);
      break;
  }
  return axes;
}
