// GoogLeNet and its successors. arXiv:1409.4842 (v1), arXiv:1512.00567 (v3), arXiv:1602.07261 (v4)

import { defineArchitecture, type CommonOptions } from '@netwright/arch';
import { googlenet } from './googlenet.ts';
import { inceptionV3 } from './inception-v3.ts';
import { inceptionV4 } from './inception-v4.ts';
import { VARIANTS, type InceptionVariant } from './variants.ts';

/** Auxiliary heads, dropout and stem. */
export interface InceptionOptions extends Readonly<Record<string, unknown>> {
  /**
   * Build the auxiliary classifiers: outputs `aux1` and `aux2` (v1) or `aux` (v3) for training only, whose losses enter with weight 0.3. v4 has
   * none. Default: `googlenet_aux`, `googlenet_paper_aux`, `inception_v3` and `tiny` true, others false.
   */
  readonly auxHeads: boolean;
  /** Before the last layer. Default 0.2 (`googlenet`, `inception_v4`), 0.4 (`googlenet_paper`), 0.5 (`inception_v3`), 0 (`tiny`). */
  readonly dropout: number;
  /** In the heads of v1. Default 0.7, `tiny` 0. */
  readonly auxDropout: number;
  /** `small` takes the strides out of the stem, for images of about 32 pixels. Default `imagenet`, `tiny` `small`. */
  readonly stem: 'imagenet' | 'small';
}

export type NetworkOptions = CommonOptions & InceptionOptions;

/**
 * Inception: `googlenet` and `googlenet_aux` (torchvision's, batch norm, 3x3 in the third branch), `googlenet_paper` and `googlenet_paper_aux`
 * (5x5, biases, local response norm), `inception_v3` (with its head), `inception_v4`, and `tiny`. Names are torchvision's; of v4, timm's.
 */
export const inception = defineArchitecture<InceptionVariant, InceptionOptions>({
  family: 'inception',
  paper: 'https://arxiv.org/abs/1409.4842',
  options: { auxHeads: false, dropout: 0.2, auxDropout: 0.7, stem: 'imagenet' },
  choices: { stem: ['imagenet', 'small'] },
  variants: VARIANTS,
  defaults: ({ defaults = {} }) => defaults,
  scale: (variant, { width, depth }) => ({
    ...variant,
    width: variant.width * width,
    depth: variant.depth * depth,
  }),
  build(image, variant, options) {
    switch (variant.network) {
      case 'v1':
        return googlenet(image, variant, options);
      case 'v3':
        return inceptionV3(image, variant, options);
      case 'v4':
        return inceptionV4(image, variant, options);
    }
  },
});
