import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { transpose } from '../ops/transpose.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { linear } from './linear.ts';
import { scaledDotProductAttention, type AttentionOptions } from './scaled-dot-product-attention.ts';

/** Weights as `torch.nn.MultiheadAttention` stores them; D is the width, of which each head has a part. */
export interface SelfAttentionOptions extends Pick<AttentionOptions, 'causal' | 'mask' | 'dropout'> {
  readonly heads: number;
  /** `[3 * D, D]`: rows of q, k and v. */
  readonly inProjWeight: Tensor;
  /** [3 * D]; default none. */
  readonly inProjBias?: Tensor | undefined;
  /** [D, D]. */
  readonly outProjWeight: Tensor;
  /** [D]; default none. */
  readonly outProjBias?: Tensor | undefined;
}

/**
 * Multi-head self-attention of x [N, T, D], with the parameters of `torch.nn.MultiheadAttention`. arXiv:1706.03762
 *
 * Errors: `multiHeadSelfAttention.operands`, `linear.operands`, `dropout.p`.
 */
export function multiHeadSelfAttention(x: Tensor, options: SelfAttentionOptions): Tensor {
  const { heads, inProjWeight, inProjBias, outProjWeight, outProjBias, ...attention } = options;
  const width = checkOperands(x, options);
  const [batch, length] = x.shape;
  const projected = linear(x, inProjWeight, inProjBias);
  const part = (index: number): Tensor => {
    const own = slice(projected, { axes: [2], starts: [index * width], ends: [(index + 1) * width] });
    return transpose(reshape(own, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  };
  const attended = scaledDotProductAttention(part(0), part(1), part(2), attention);
  return linear(reshape(transpose(attended, [0, 2, 1, 3]), x.shape), outProjWeight, outProjBias);
}

/** D. */
function checkOperands(x: Tensor, { heads, inProjWeight, outProjWeight }: SelfAttentionOptions): number {
  const check = new ShapeCheck(
    'multiHeadSelfAttention',
    [x, inProjWeight, outProjWeight].map(({ type }) => type),
    x.builder.scope,
  );
  const width = x.shape[2];
  if (check.require(x.shape.length === 3 && typeof width === 'number', 'x is not [N, T, D] with fixed D')) {
    check.require(
      Number.isInteger(heads) && heads > 0 && Number(width) % heads === 0,
      `${String(width)} does not divide into ${String(heads)} heads`,
    );
    check.require(inProjWeight.shape[0] === 3 * Number(width), 'the first weight has not 3 * D rows');
    check.require(outProjWeight.shape[0] === width, 'the second weight has not D rows');
  }
  check.done('x [N, T, D], weights [3 * D, D] and [D, D], and a number of heads that divides D');
  return Number(width);
}
