// A kernel as the generator sees it: hash-consed expression nodes over byte addresses.

import type { BinaryOp, BufferDType, KernelDType, ReduceOp, UnaryOp } from '@netwright/compiler';

import type { LinearGuard, LinearIndex } from './linear-index.ts';

interface NodeBase {
  /** Position in `LoweredKernel.nodes`; operands come first. */
  readonly id: number;
  readonly dtype: KernelDType;
  /** Axes that the value depends on. */
  readonly axes: Set<number>;
}

export interface LoadNode extends NodeBase {
  readonly kind: 'load';
  /** Which buffer parameter of the function. */
  readonly slot: number;
  readonly stored: BufferDType;
  /** In bytes. */
  readonly address: LinearIndex;
  readonly guards: readonly LinearGuard[];
  readonly fill: number;
}

export interface ReduceNode extends NodeBase {
  readonly kind: 'reduce';
  readonly op: ReduceOp;
  readonly over: number[];
  readonly body: Node;
  /** Row-major position over the reduced axes, for `argmax`. */
  readonly position: LinearIndex;
}

export type Node =
  | (NodeBase & { readonly kind: 'const'; readonly value: number })
  | (NodeBase & { readonly kind: 'index'; readonly index: LinearIndex })
  /** Whether all guards hold. */
  | (NodeBase & { readonly kind: 'inside'; readonly guards: readonly LinearGuard[] })
  | LoadNode
  | (NodeBase & { readonly kind: 'unary'; readonly op: UnaryOp; readonly x: Node })
  | (NodeBase & { readonly kind: 'binary'; readonly op: BinaryOp; readonly a: Node; readonly b: Node })
  | (NodeBase & { readonly kind: 'select'; readonly condition: Node; readonly a: Node; readonly b: Node })
  | (NodeBase & { readonly kind: 'cast'; readonly x: Node })
  | (NodeBase & {
      readonly kind: 'guarded';
      readonly guards: readonly LinearGuard[];
      readonly a: Node;
      readonly b: Node;
    })
  | ReduceNode;

export interface LoweredOutput {
  readonly slot: number;
  readonly stored: BufferDType;
  /** In bytes; affine. */
  readonly address: LinearIndex;
  readonly value: Node;
}

export interface LoweredKernel {
  readonly name: string;
  /** Extent of each remaining axis. */
  readonly extents: Map<number, number>;
  /** Output axes, in the kernel's order. */
  readonly axes: number[];
  readonly reductionAxes: number[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly LoweredOutput[];
  /** Buffer of each slot. */
  readonly buffers: readonly number[];
}

export const storedBytes: Readonly<Record<BufferDType, number>> = { f32: 4, i32: 4, u8: 1, bool: 1 };

/** The nodes that a node is computed from, without those inside its indices. */
export function operandsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'const':
    case 'index':
    case 'inside':
    case 'load':
      return [];
    case 'unary':
    case 'cast':
      return [node.x];
    case 'binary':
    case 'guarded':
      return [node.a, node.b];
    case 'select':
      return [node.condition, node.a, node.b];
    case 'reduce':
      return [node.body];
  }
}

/** Every index that a node itself evaluates. */
export function indicesOf(node: Node): readonly LinearIndex[] {
  switch (node.kind) {
    case 'index':
      return [node.index];
    case 'inside':
    case 'guarded':
      return node.guards.map((guard) => guard.index);
    case 'load':
      return [node.address, ...node.guards.map((guard) => guard.index)];
    case 'reduce':
      return node.op === 'argmax' ? [node.position] : [];
    default:
      return [];
  }
}
