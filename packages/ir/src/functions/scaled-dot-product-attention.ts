import { callFunction, defineFunction } from '../function.ts';
import { add } from '../ops/add.ts';
import { iota } from '../ops/iota.ts';
import { le } from '../ops/le.ts';
import { matmul } from '../ops/matmul.ts';
import { mul } from '../ops/mul.ts';
import { transpose } from '../ops/transpose.ts';
import { where } from '../ops/where.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { dropout } from './dropout.ts';
import { softmax } from './softmax.ts';

/** What scores are scaled by and which positions are seen: queries are [.., T, D], keys and values [.., S, D]. */
export interface AttentionOptions {
  /** Default 1 / sqrt(D). */
  readonly scale?: number;
  /** Position t sees positions up to t only. Default false. */
  readonly causal?: boolean;
  /** Broadcasts to [.., T, S]: bool, true for what is seen, or f32, added to the scores. Default none. */
  readonly mask?: Tensor | undefined;
  /** Probability with which a weight of a position is zeroed in training; the first axis is then the batch. Default 0. */
  readonly dropout?: number;
}

/**
 * `softmax(q k^T * scale) v` over the last two axes of q [.., T, D], k [.., S, D] and v [.., S, E]; gives [.., T, E].
 * arXiv:1706.03762. Errors: `scaledDotProductAttention.operands`; `broadcast.shapes` for the axes before or the mask;
 * `dropout.p`.
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  const { causal = false, mask, dropout: p = 0 } = options;
  checkOperands(q, k, v, mask);
  const { scale = 1 / Math.sqrt(Number(q.shape.at(-1))) } = options;
  if (p !== 0) return matmul(dropout(attentionWeights(q, k, mask, { scale, causal }), { p }), v);
  const operands = mask === undefined ? [q, k, v] : [q, k, v, mask];
  return callFunction(attentionFunction, operands, { scale, causal })[0];
}

interface AttentionAttrs extends Readonly<Record<string, unknown>> {
  readonly scale: number;
  readonly causal: boolean;
}

export const attentionFunction = defineFunction<AttentionAttrs>({
  name: 'scaledDotProductAttention',
  expand: ([q, k, v, mask], attrs) => [matmul(attentionWeights(q, k, mask, attrs), v)],
});

/** [.., T, S]: how much of each position of v goes into a position of the result. */
function attentionWeights(q: Tensor, k: Tensor, mask: Tensor | undefined, { scale, causal }: AttentionAttrs): Tensor {
  const rank = k.shape.length;
  const swapped = k.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  const scores = mul(matmul(q, transpose(k, swapped)), scale);
  const masked = mask === undefined ? scores : applyMask(scores, mask);
  return softmax(causal ? applyMask(masked, past(scores)) : masked);
}

function applyMask(scores: Tensor, mask: Tensor): Tensor {
  return mask.dtype === 'bool' ? where(mask, scores, -Infinity) : add(scores, mask);
}

/** [T, S]: whether column s is at most row t. */
function past({ builder, shape }: Tensor): Tensor {
  const square = shape.slice(-2);
  return le(iota(builder, square, 1), iota(builder, square, 0));
}

function checkOperands(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | undefined): void {
  const operands = mask === undefined ? [q, k, v] : [q, k, v, mask];
  const check = new ShapeCheck(
    'scaledDotProductAttention',
    operands.map(({ type }) => type),
    q.builder.scope,
  );
  for (const { dtype } of [q, k, v]) check.require(dtype === 'f32', `element type ${dtype} is not f32`);
  const ranked = check.require(
    [q, k, v].every(({ shape }) => shape.length >= 2),
    'an operand has fewer than two axes',
  );
  if (ranked) {
    const width = q.shape.at(-1);
    check.require(typeof width === 'number', () => `the width ${String(width)} of q is not fixed`);
    check.require(k.shape.at(-1) === width, () => `q has width ${String(width)}, k ${String(k.shape.at(-1))}`);
    check.require(
      k.shape.at(-2) === v.shape.at(-2),
      () => `k has ${String(k.shape.at(-2))} positions, v ${String(v.shape.at(-2))}`,
    );
  }
  check.require(
    mask === undefined || mask.dtype === 'bool' || mask.dtype === 'f32',
    () => `the mask is ${String(mask?.dtype)}, not bool or f32`,
  );
  check.done('q [.., T, D], k [.., S, D] and v [.., S, E]');
}
