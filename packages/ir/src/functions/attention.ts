// Attention. arXiv:1706.03762

import { NetwrightError } from '../errors.ts';
import { callFunction, defineFunction } from '../function.ts';
import { iota } from '../ops/iota.ts';
import { le } from '../ops/le.ts';
import { matmul } from '../ops/matmul.ts';
import { mul } from '../ops/mul.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { transpose } from '../ops/transpose.ts';
import { where } from '../ops/where.ts';
import { formatType } from '../tensor-type.ts';
import type { Tensor } from '../tensor.ts';
import { linear } from './linear.ts';
import { softmax } from './softmax.ts';

interface AttentionAttrs extends Readonly<Record<string, unknown>> {
  readonly scale: number;
  readonly causal: boolean;
}

/**
 * `softmax(q k^T * scale) v` over the last two axes of q [.., T, D], k [.., S, D] and v [.., S, E]; `scale` is 1 / sqrt(D) by default. With `causal`
 * position t sees positions up to t.
 *
 * Errors: `matmul.operands`.
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, options: { readonly scale?: number; readonly causal?: boolean } = {}): Tensor {
  const { scale = 1 / Math.sqrt(Number(q.shape.at(-1))), causal = false } = options;
  return callFunction(attentionFunction, [q, k, v], { scale, causal })[0];
}

export const attentionFunction = defineFunction<AttentionAttrs>({
  name: 'scaledDotProductAttention',
  expand([q, k, v], { scale, causal }) {
    const rank = k.shape.length;
    const axes = k.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
    const scores = mul(matmul(q, transpose(k, axes)), scale);
    const seen = causal ? le(iota(q.builder, scores.shape, rank - 1), iota(q.builder, scores.shape, rank - 2)) : undefined;
    return [matmul(softmax(seen === undefined ? scores : where(seen, scores, -Infinity)), v)];
  },
});

export interface SelfAttentionOptions {
  readonly heads: number;
  /** [3 * D, D]: rows of q, k and v. */
  readonly inProjWeight: Tensor;
  /** [3 * D]. */
  readonly inProjBias?: Tensor;
  /** [D, D]. */
  readonly outProjWeight: Tensor;
  /** [D]. */
  readonly outProjBias?: Tensor;
}

/**
 * Multi-head self-attention of x [N, T, D], with the parameters of `torch.nn.MultiheadAttention`.
 *
 * Errors: `multiHeadSelfAttention.operands` when D does not divide into the heads.
 */
export function multiHeadSelfAttention(x: Tensor, options: SelfAttentionOptions): Tensor {
  const { heads, inProjWeight, inProjBias, outProjWeight, outProjBias } = options;
  const [batch, length, width] = x.shape;
  if (x.shape.length !== 3 || typeof width !== 'number' || width % heads !== 0) {
    throw new NetwrightError({
      code: 'multiHeadSelfAttention.operands',
      operation: 'multiHeadSelfAttention',
      scope: x.builder.scope,
      expected: `[N, T, D] with D a multiple of ${String(heads)} heads`,
      received: formatType(x.type),
    });
  }
  const projected = linear(x, inProjWeight, inProjBias);
  const part = (index: number): Tensor => {
    const own = slice(projected, { axes: [2], starts: [index * width], ends: [(index + 1) * width] });
    return transpose(reshape(own, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  };
  const attended = scaledDotProductAttention(part(0), part(1), part(2));
  return linear(reshape(transpose(attended, [0, 2, 1, 3]), x.shape), outProjWeight, outProjBias);
}
