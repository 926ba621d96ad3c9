// Rewrites of single nodes that leave the value as it is, also where it is NaN or infinite. (`x + 0` may change the sign of a zero.)

import { equalShapes, type Shape } from '../dim.ts';
import type { PrimitiveNode } from '../graph.ts';
import { broadcastTo } from '../ops/broadcast-to.ts';
import { filledValue } from '../ops/constant.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import type { Tensor } from '../tensor.ts';

interface Identity {
  readonly name: string;
  /** The equal value, or undefined where the rule does not apply. */
  apply(node: PrimitiveNode, operands: readonly Tensor[]): Tensor | undefined;
}

/** Names of the rules. */
export function identityNames(): readonly string[] {
  return identities.map(({ name }) => name);
}

/** The value of a node by the first rule that applies, or undefined. */
export function applyIdentities(node: PrimitiveNode, operands: readonly Tensor[]): Tensor | undefined {
  for (const { apply } of identities) {
    const tensor = apply(node, operands);
    if (tensor !== undefined) return tensor;
  }
  return undefined;
}

const identities: readonly Identity[] = [
  { name: 'x + 0', apply: ({ op }, operands) => (op === 'add' ? withoutNeutral(operands, 0) : undefined) },
  { name: 'x - 0', apply: ({ op }, [x, y]) => (op === 'sub' && filledValue(y) === 0 ? x : undefined) },
  { name: 'x * 1', apply: ({ op }, operands) => (op === 'mul' ? withoutNeutral(operands, 1) : undefined) },
  { name: 'x / 1', apply: ({ op }, [x, y]) => (op === 'div' && filledValue(y) === 1 ? x : undefined) },
  { name: 'x and true', apply: ({ op }, operands) => (op === 'and' ? withoutNeutral(operands, 1) : undefined) },
  { name: 'x or false', apply: ({ op }, operands) => (op === 'or' ? withoutNeutral(operands, 0) : undefined) },
  {
    name: 'f(f(x)) = x',
    apply: ({ op }, [x]) => (op === 'neg' || op === 'not' ? operandOf(x, op) : undefined),
  },
  {
    name: 'f(x, x) = x',
    apply: ({ op }, [x, y]) =>
      (op === 'maximum' || op === 'minimum' || op === 'and' || op === 'or') && x.id === y.id ? x : undefined,
  },
  {
    name: 'where of one branch',
    apply: ({ op }, [condition, a, b]) => {
      if (op !== 'where') return undefined;
      const chosen = filledValue(condition);
      if (chosen !== undefined) return chosen === 1 ? a : b;
      return a.id === b.id ? a : undefined;
    },
  },
  {
    name: 'cast to the same element type',
    apply: (node, [x]) => (node.op === 'cast' && x.dtype === node.attrs.dtype ? x : undefined),
  },
  {
    name: 'reduction of nothing',
    apply: (node, [x]) => {
      if (node.op !== 'sum' && node.op !== 'amax') return undefined;
      return node.attrs.axes.every((axis) => x.shape[axis] === 1) ? reshaped(x, node.type.shape) : undefined;
    },
  },
  {
    name: 'reshape of a reshape',
    apply: (node, [x]) => {
      if (node.op !== 'reshape') return undefined;
      return keepsShape(node, x) || operandOf(x, 'reshape') !== undefined ? reshaped(x, node.type.shape) : undefined;
    },
  },
  {
    name: 'transpose of a transpose',
    apply: (node, [x]) => {
      if (node.op !== 'transpose') return undefined;
      const { perm } = node.attrs;
      const inner = x.builder.node(x.id);
      if (inner.op === 'transpose') {
        const source = x.builder.tensor(inner.inputs[0]);
        return transpose(
          source,
          perm.map((axis) => inner.attrs.perm[axis]),
        );
      }
      return perm.every((from, axis) => from === axis) ? x : undefined;
    },
  },
  {
    name: 'broadcast of a broadcast',
    apply: (node, [x]) => {
      if (node.op !== 'broadcastTo') return undefined;
      const source = operandOf(x, 'broadcastTo');
      return source !== undefined || keepsShape(node, x) ? broadcastTo(source ?? x, node.attrs.shape) : undefined;
    },
  },
  {
    name: 'slice of everything',
    apply: (node, [x]) =>
      node.op === 'slice' && keepsShape(node, x) && node.attrs.steps.every((step) => step === 1) ? x : undefined,
  },
  { name: 'padding by nothing', apply: (node, [x]) => (node.op === 'pad' && keepsShape(node, x) ? x : undefined) },
  {
    name: 'concat of one',
    apply: ({ op }, operands) => (op === 'concat' && operands.length === 1 ? operands[0] : undefined),
  },
];

/** The other operand when one is filled with `neutral`. */
function withoutNeutral([a, b]: readonly Tensor[], neutral: number): Tensor | undefined {
  if (filledValue(b) === neutral) return a;
  return filledValue(a) === neutral ? b : undefined;
}

/** The operand of `x` when `x` is the result of `op`. */
function operandOf(x: Tensor, op: PrimitiveNode['op']): Tensor | undefined {
  const node = x.builder.node(x.id);
  return node.op === op ? x.builder.tensor(node.inputs[0]) : undefined;
}

/** `x` in another shape, by one `reshape` at most. */
function reshaped(x: Tensor, shape: Shape): Tensor {
  return reshape(operandOf(x, 'reshape') ?? x, shape);
}

function keepsShape({ type }: PrimitiveNode, x: Tensor): boolean {
  return equalShapes(type.shape, x.shape);
}
