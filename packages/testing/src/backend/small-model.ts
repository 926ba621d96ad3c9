// A small convolutional network for whole-program cases: two convolutions with batch norm, a residual sum, pooling, dropout-free.

import { batchNormLayer, conv2dLayer, linearLayer } from '@netwright/arch';
import { add, buildGraph, flatten, globalAvgPool2d, maxPool2d, relu, tensorType, type Graph } from '@netwright/ir';

export const SMALL_MODEL = { channels: 3, size: 8, classes: 5 } as const;

/** f32 image [N, 3, 8, 8] to logits [N, 5]. */
export function smallModel(): Graph {
  const { channels, size, classes } = SMALL_MODEL;
  return buildGraph({ image: tensorType('f32', ['N', channels, size, size]) }, ({ image }) => {
    const stem = relu(
      batchNormLayer(conv2dLayer(image, { name: 'conv1', out: 6, kernel: 3, padding: 1 }), { name: 'bn1' }),
    );
    const pooled = maxPool2d(stem, { kernel: 2, stride: 2 });
    const branch = batchNormLayer(conv2dLayer(pooled, { name: 'conv2', out: 6, kernel: 3, padding: 1, groups: 2 }), {
      name: 'bn2',
    });
    const joined = relu(add(branch, pooled));
    return { logits: linearLayer(flatten(globalAvgPool2d(joined), 1), { name: 'fc', out: classes }) };
  });
}
