// A plain network of strided convolutions: the family to start from.

import { batchNormLayer, conv2dLayer, defineArchitecture, linearLayer } from '@netwright/arch';
import { dropout, flatten, globalAvgPool2d, relu } from '@netwright/ir';

export interface TemplateNameVariant {
  /** Channels of each stage; every stage halves height and width. */
  readonly widths: readonly number[];
}

const VARIANTS: Readonly<Record<string, TemplateNameVariant>> = {
  template_name_small: { widths: [16, 32, 64] },
  template_name_large: { widths: [32, 64, 128, 256] },
  tiny: { widths: [8] },
};

/**
 * `template_name_small`, `template_name_large` and `tiny`: 3x3 convolutions of stride 2 with batch norm and ReLU, global average pooling, a linear classifier. Takes
 * [N, channels, height, width], gives logits [N, classes]. Defaults: 10 classes, images of 32 x 32 pixels, `dropout` 0 before the classifier.
 */
export const templateName = defineArchitecture<TemplateNameVariant, { readonly dropout: number }>({
  family: 'template-name',
  paper: 'https://arxiv.org/abs/1409.1556',
  options: { dropout: 0 },
  variants: VARIANTS,
  defaults: () => ({ classes: 10, imageSize: 32 }),
  build(image, { widths }, options, builder) {
    let x = image;
    for (const [stage, out] of widths.entries()) {
      x = builder.within(`stage${String(stage + 1)}`, () => {
        const conv = conv2dLayer(x, { name: 'conv', out, kernel: 3, stride: 2, padding: 1 });
        return relu(batchNormLayer(conv, { name: 'bn' }));
      });
    }
    const pooled = flatten(globalAvgPool2d(x), 1);
    const kept = options.dropout > 0 ? dropout(pooled, { p: options.dropout }) : pooled;
    return linearLayer(kept, { name: 'fc', out: options.classes });
  },
});
