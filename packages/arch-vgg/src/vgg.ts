// Very deep convolutional networks for large-scale image recognition. arXiv:1409.1556

import { defineArchitecture, makeDivisible } from '@netwright/arch';
import { denseHead, features, pooledHead } from './blocks.ts';
import { scaleLayers, VARIANTS, type VggVariant } from './variants.ts';

/** Head, widths and dropout. */
export interface VggOptions extends Readonly<Record<string, unknown>> {
  /** Before the last layers: 0.5 in the paper and in torchvision. Default 0.5, of `tiny` 0. */
  readonly dropout: number;
  /** `dense`: two hidden layers on a 7x7 map; `pooled`: means and one layer, for small images. Default the variant's, `dense` but for `tiny`. */
  readonly head: 'variant' | 'dense' | 'pooled';
  /** Width of the hidden layers of the dense head; 0 for the variant's, 4096. Default 0. */
  readonly hidden: number;
  /** Channels of the first convolution, by which all others scale; 0 for the variant's, 64. Default 0. */
  readonly width: number;
}

/** VGG: `vgg11`, `13`, `16`, `19`, each also as `_bn`, with torchvision's parameter names; `vgg11_lrn` and `vgg16_1x1` of the paper; `tiny`. */
export const vgg = defineArchitecture<VggVariant, VggOptions>({
  family: 'vgg',
  paper: 'https://arxiv.org/abs/1409.1556',
  options: { dropout: 0.5, head: 'variant', hidden: 0, width: 0 },
  choices: { head: ['variant', 'dense', 'pooled'] },
  variants: VARIANTS,
  defaults: (variant) => (variant === VARIANTS.tiny ? { imageSize: 32, classes: 10, dropout: 0 } : {}),
  scale: (variant, multipliers) => ({
    ...variant,
    layers: scaleLayers(variant.layers, multipliers),
    hidden: makeDivisible(variant.hidden * multipliers.width),
  }),
  build(image, variant, { classes, dropout, head, hidden, width, widthMult = 1 }) {
    const [first] = variant.layers;
    const widthFactor = width === 0 ? 1 : (width * widthMult) / Number(first);
    const x = features(image, { ...variant, widthFactor });
    return (head === 'variant' ? variant.head : head) === 'dense'
      ? denseHead(x, { classes, dropout, hidden: hidden === 0 ? variant.hidden : hidden })
      : pooledHead(x, { classes, dropout });
  },
});
