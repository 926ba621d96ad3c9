// An image is worth 16x16 words: transformers for image recognition at scale. arXiv:2010.11929

import {
  conv2dLayer,
  defineArchitecture,
  layerNormLayer,
  linearLayer,
  normal,
  truncatedNormal,
  type CommonOptions,
} from '@netwright/arch';
import {
  add,
  broadcastTo,
  concat,
  dropout,
  NetwrightError,
  reshape,
  slice,
  tanh,
  transpose,
  zerosInit,
  type Tensor,
} from '@netwright/ir';
import { encoderLayer, EPS } from './blocks.ts';
import { parse, TINY, VARIANTS, type VitVariant } from './variants.ts';

/** Regularization and head; the size is in the variant's name. */
export interface VitOptions extends Readonly<Record<string, unknown>> {
  /** Of the embedded patches, after attention and in the perceptrons. Default 0, as torchvision; the paper has 0.1 for ImageNet alone. */
  readonly dropout: number;
  /** Of the attention weights. Default 0. */
  readonly attentionDropout: number;
  /** Stochastic depth (arXiv:1603.09382): probability with which a sample skips a branch of the last layer; it grows linearly from 0 at the first. Default 0. */
  readonly stochasticDepth: number;
  /** Features of a tanh layer before the last, which the paper has in pre-training; 0 for none. Default 0. */
  readonly representationSize: number;
  /** Start the last layer at zero, as the paper and torchvision. Default true; of `tiny` false, so that every parameter has a gradient at once. */
  readonly zeroInitHead: boolean;
}

/** Vision transformer: `vit_t_P`, `vit_s_P`, `vit_b_P`, `vit_l_P`, `vit_h_P` with patches of P x P pixels and torchvision's parameter names, and `tiny`. */
export const vit = defineArchitecture<VitVariant, VitOptions>({
  family: 'vit',
  paper: 'https://arxiv.org/abs/2010.11929',
  options: { dropout: 0, attentionDropout: 0, stochasticDepth: 0, representationSize: 0, zeroInitHead: true },
  variants: VARIANTS,
  grammar: 'vit_S_P with S one of t, s, b, l, h and patches of P x P pixels',
  parse,
  defaults: (variant) => (variant === TINY ? { imageSize: 16, classes: 10, zeroInitHead: false } : {}),
  build(image, variant, options) {
    const { builder } = image;
    const classToken = builder.parameter('class_token', [1, 1, variant.width], { init: zerosInit, group: 'noDecay' });
    const tokens = withClassToken(patches(image, variant), classToken);
    const encoded = builder.within('encoder', () => encoder(tokens, variant, options));
    const [batch, , width] = encoded.shape;
    const first = reshape(slice(encoded, { axes: [1], starts: [0], ends: [1] }), [batch, width]);
    return builder.within('heads', () => head(first, options));
  },
});

/** Patches of the image [N, C, H, W] as tokens [N, H/P * W/P, D]. */
function patches(image: Tensor, { patch, width }: VitVariant): Tensor {
  const [batch, channels, height, across] = image.shape.map((dim, axis) => (axis === 0 ? dim : Number(dim)));
  if (Number(height) % patch !== 0 || Number(across) % patch !== 0) {
    throw new NetwrightError({
      code: 'vit.imageSize',
      operation: 'vit',
      expected: `an image whose sides are multiples of the patch, ${String(patch)}`,
      received: `${String(height)} x ${String(across)}`,
    });
  }
  const std = Math.sqrt(1 / (Number(channels) * patch * patch));
  const map = conv2dLayer(image, {
    name: 'conv_proj',
    out: width,
    kernel: patch,
    stride: patch,
    bias: true,
    init: truncatedNormal({ std }),
    biasInit: zerosInit,
  });
  const count = (Number(height) / patch) * (Number(across) / patch);
  return transpose(reshape(map, [batch, width, count]), [0, 2, 1]);
}

function withClassToken(tokens: Tensor, classToken: Tensor): Tensor {
  const [batch, , width] = tokens.shape;
  return concat([broadcastTo(classToken, [batch, 1, width]), tokens], 1);
}

function encoder(tokens: Tensor, variant: VitVariant, options: VitOptions): Tensor {
  const { builder } = tokens;
  const { heads, hidden, layers } = variant;
  const { dropout: p, attentionDropout, stochasticDepth } = options;
  const [, length, width] = tokens.shape;
  const positions = builder.parameter('pos_embedding', [1, length, width], {
    init: normal({ std: 0.02 }),
    group: 'noDecay',
  });
  let x = builder.within('dropout', () => dropout(add(tokens, positions), { p }));
  for (let index = 0; index < layers; index++) {
    const dropPath = layers === 1 ? stochasticDepth : (stochasticDepth * index) / (layers - 1);
    const input = x;
    x = builder.within(`layers.encoder_layer_${String(index)}`, () =>
      encoderLayer(input, { heads, hidden, dropout: p, attentionDropout, dropPath }),
    );
  }
  return layerNormLayer(x, { name: 'ln', eps: EPS });
}

function head(x: Tensor, { classes, representationSize, zeroInitHead }: CommonOptions & VitOptions): Tensor {
  const lecun = (features: Tensor) => truncatedNormal({ std: Math.sqrt(1 / Number(features.shape[1])) });
  const represented =
    representationSize === 0
      ? x
      : tanh(linearLayer(x, { name: 'pre_logits', out: representationSize, init: lecun(x), biasInit: zerosInit }));
  return linearLayer(represented, {
    name: 'head',
    out: classes,
    init: zeroInitHead ? zerosInit : lecun(represented),
    biasInit: zerosInit,
  });
}
