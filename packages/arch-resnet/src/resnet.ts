// Deep residual learning for image recognition. arXiv:1512.03385

import { batchNormLayer, conv2dLayer, defineArchitecture, linearLayer } from '@netwright/arch';
import { flatten, globalAvgPool2d, maxPool2d, relu, type Tensor } from '@netwright/ir';
import { basicBlock, bottleneckBlock, type BlockOptions } from './blocks.ts';
import { cifar, VARIANTS, type ResNetVariant } from './variants.ts';

export interface ResNetOptions extends Readonly<Record<string, unknown>> {
  /**
   * Which convolution of a bottleneck has the stride: `3x3` as torchvision ("v1.5"), `1x1` (the first) as the paper and Caffe. The parameters
   * are the same, the multiply-adds are not. Default `3x3`.
   */
  readonly strideIn: '3x3' | '1x1';
  /** `imagenet` or `cifar` (for images of about 32 pixels); default the variant's. */
  readonly stem: 'variant' | 'imagenet' | 'cifar';
  /** Channels of the first stage; 0 for the variant's. Default 0. */
  readonly width: number;
  /** Start the last norm of every residual branch at zero (arXiv:1706.02677). Default false. */
  readonly zeroInitResidual: boolean;
}

/**
 * ResNet: `resnet18`, `34`, `50`, `101`, `152` with torchvision's parameter names, `cifar_resnetN` with N = 6n + 2 (paper, section 4.2;
 * 32x32 images and 10 classes by default), and `tiny`.
 */
export const resnet = defineArchitecture<ResNetVariant, ResNetOptions>({
  family: 'resnet',
  paper: 'https://arxiv.org/abs/1512.03385',
  options: { strideIn: '3x3', stem: 'variant', width: 0, zeroInitResidual: false },
  variants: VARIANTS,
  grammar: 'cifar_resnetN with N = 6n + 2',
  parse(name) {
    const depth = Number(/^cifar_resnet(\d+)$/.exec(name)?.[1]);
    return depth >= 8 && depth % 6 === 2 ? cifar(depth) : undefined;
  },
  defaults: ({ stem }) => (stem === 'cifar' ? { imageSize: 32, classes: 10 } : {}),
  build(image, variant, options) {
    const width = options.width === 0 ? variant.width : options.width;
    const block = variant.block === 'basic' ? basicBlock : bottleneckBlock;
    const { strideIn, zeroInitResidual } = options;
    let x = stem(image, options.stem === 'variant' ? variant.stem : options.stem, width);
    variant.depths.forEach((depth, stage) => {
      const channels = width * 2 ** stage;
      for (let index = 0; index < depth; index++) {
        const stride = stage > 0 && index === 0 ? 2 : 1;
        const blockOptions: BlockOptions = { channels, stride, strideIn, shortcut: variant.shortcut, zeroInitResidual };
        const input = x;
        x = x.builder.within(`layer${String(stage + 1)}.${String(index)}`, () => block(input, blockOptions));
      }
    });
    const features = flatten(globalAvgPool2d(x), 1);
    return linearLayer(features, { name: 'fc', out: options.classes });
  },
});

function stem(image: Tensor, kind: ResNetVariant['stem'], width: number): Tensor {
  const [kernel, stride] = kind === 'imagenet' ? [7, 2] : [3, 1];
  const conv = conv2dLayer(image, { name: 'conv1', out: width, kernel, stride, padding: (kernel - 1) / 2 });
  const x = relu(batchNormLayer(conv, { name: 'bn1' }));
  return kind === 'imagenet' ? maxPool2d(x, { kernel: 3, stride: 2, padding: 1 }) : x;
}
