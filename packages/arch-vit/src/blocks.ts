// The encoder layer of the transformer, with torchvision's parameter names.

import { layerNormLayer, linearLayer, normal, torchDefaultInit, xavierUniform } from '@netwright/arch';
import { add, dropout, dropPath, gelu, multiHeadSelfAttention, zerosInit, type Tensor } from '@netwright/ir';

/** Of every layer norm, as in the paper's code. */
export const EPS = 1e-6;

/** Heads, perceptron and regularization of one layer. */
export interface EncoderLayerOptions {
  readonly heads: number;
  /** Hidden features of the perceptron. */
  readonly hidden: number;
  /** After the attention and after both layers of the perceptron. */
  readonly dropout: number;
  /** Of the attention weights. */
  readonly attentionDropout: number;
  /** Probability with which a sample skips a branch. */
  readonly dropPath: number;
}

/** x + attention(norm(x)), then x + perceptron(norm(x)), on tokens [N, T, D]. */
export function encoderLayer(x: Tensor, options: EncoderLayerOptions): Tensor {
  const { heads, hidden, dropout: p, attentionDropout, dropPath: skipped } = options;
  const attended = selfAttentionLayer(layerNormLayer(x, { name: 'ln_1', eps: EPS }), {
    name: 'self_attention',
    heads,
    dropout: attentionDropout,
  });
  const y = x.builder.within('dropout', () => add(x, dropPath(dropout(attended, { p }), { p: skipped })));
  const transformed = perceptron(layerNormLayer(y, { name: 'ln_2', eps: EPS }), { hidden, dropout: p });
  return add(y, dropPath(transformed, { p: skipped }));
}

/** Heads of the attention; each has its part of the length of a token. */
export interface SelfAttentionLayerOptions {
  /** Scope, e.g. `self_attention`. */
  readonly name: string;
  readonly heads: number;
  /** Of the attention weights. Default 0. */
  readonly dropout?: number;
}

/** Self-attention of x [N, T, D] with its parameters, as `torch.nn.MultiheadAttention`. arXiv:1706.03762 */
export function selfAttentionLayer(x: Tensor, { name, heads, dropout: p = 0 }: SelfAttentionLayerOptions): Tensor {
  const { builder } = x;
  const width = Number(x.shape[2]);
  return builder.within(name, () => {
    const bias = { init: zerosInit, group: 'noDecay' };
    const inProjWeight = builder.parameter('in_proj_weight', [3 * width, width], { init: xavierUniform() });
    const inProjBias = builder.parameter('in_proj_bias', [3 * width], bias);
    const [outProjWeight, outProjBias] = builder.within('out_proj', () => [
      builder.parameter('weight', [width, width], { init: torchDefaultInit }),
      builder.parameter('bias', [width], bias),
    ]);
    return multiHeadSelfAttention(x, { heads, inProjWeight, inProjBias, outProjWeight, outProjBias, dropout: p });
  });
}

/** Two linear layers with GELU between: `mlp.0` and `mlp.3`. */
function perceptron(x: Tensor, { hidden, dropout: p }: Pick<EncoderLayerOptions, 'hidden' | 'dropout'>): Tensor {
  const { builder } = x;
  const starts = { init: xavierUniform(), biasInit: normal({ std: 1e-6 }) };
  const at = (name: string, y: Tensor, layer: (z: Tensor) => Tensor): Tensor => builder.within(name, () => layer(y));
  return builder.within('mlp', () => {
    const inner = at('1', linearLayer(x, { name: '0', out: hidden, ...starts }), gelu);
    const outer = linearLayer(
      at('2', inner, (y) => dropout(y, { p })),
      { name: '3', out: Number(x.shape[2]), ...starts },
    );
    return at('4', outer, (y) => dropout(y, { p }));
  });
}
