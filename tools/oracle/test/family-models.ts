// The recorded small networks and blocks, built by the packages of their families.

import { alexnet } from '@netwright/arch-alexnet';
import { inceptionModule } from '@netwright/arch-inception';
import { residualModule } from '@netwright/arch-inception-resnet';
import { lenet } from '@netwright/arch-lenet';
import { mobilenet } from '@netwright/arch-mobilenet';
import { anyNetStage } from '@netwright/arch-regnet';
import { resnet } from '@netwright/arch-resnet';
import { basicBlock, bottleneckBlock, invertedResidual, squeezeExcitation, type Model } from '@netwright/arch';
import { buildGraph, tensorType, type Graph, type Tensor } from '@netwright/ir';

const INCEPTION = [8, 6, 12, 4, 6, 5] as const;
const NAMES = { branches: 'cat', projection: 'conv' };

/** Graphs with input `x` and output `y`, by the names of the record; the batch size is `N`. */
export const FAMILY_MODELS: Readonly<Record<string, () => Graph>> = {
  resnet18_w8: () => ofModel(resnet('resnet18', { width: 8, imageSize: 64, classes: 10 })),
  basic_block: () => ofBlock([8, 7, 7], (x) => basicBlock(x, { out: 8 })),
  bottleneck_s2: () => ofBlock([16, 8, 8], (x) => bottleneckBlock(x, { width: 8, out: 32, stride: 2 })),
  resnext_block: () => ofBlock([32, 6, 6], (x) => bottleneckBlock(x, { width: 32, groups: 4, out: 64 })),
  inception_module_bn: () => ofBlock([16, 7, 7], (x) => inceptionModule(x, { channels: INCEPTION })),
  inception_module_5x5: () =>
    ofBlock([16, 7, 7], (x) => inceptionModule(x, { channels: INCEPTION, third: 5, batchNorm: false, firstBranch: 0 })),
  se_block: () => ofBlock([16, 5, 6], (x) => squeezeExcitation(x, { squeezed: 4, name: '' })),
  se_bottleneck: () =>
    ofBlock([16, 8, 8], (x) =>
      bottleneckBlock(x, { width: 8, out: 32, stride: 2, squeeze: (y) => squeezeExcitation(y, { squeezed: 8 }) }),
    ),
  inverted_residual: () => ofBlock([8, 7, 7], (x) => invertedResidual(x, { expanded: 48, out: 8 })),
  inverted_residual_s2: () => ofBlock([8, 9, 9], (x) => invertedResidual(x, { expanded: 48, out: 12, stride: 2 })),
  inception_resnet_a: () =>
    ofBlock([32, 6, 6], (x) =>
      residualModule(x, {
        branches: [
          [{ conv: 8, kernel: 1 }],
          [
            { conv: 8, kernel: 1 },
            { conv: 8, kernel: 3 },
          ],
          [
            { conv: 8, kernel: 1 },
            { conv: 12, kernel: 3 },
            { conv: 16, kernel: 3 },
          ],
        ],
        scale: 0.17,
        names: NAMES,
      }),
    ),
  inception_resnet_b: () =>
    ofBlock([48, 8, 8], (x) =>
      residualModule(x, {
        branches: [
          [{ conv: 12, kernel: 1 }],
          [
            { conv: 8, kernel: 1 },
            { conv: 10, kernel: [1, 7] },
            { conv: 12, kernel: [7, 1] },
          ],
        ],
        scale: 0.1,
        names: NAMES,
      }),
    ),
  regnet_x_stage: () =>
    ofBlock([16, 8, 8], (x) =>
      anyNetStage(x, { width: 32, depth: 2, stride: 2, groupWidth: 8, bottleneck: 1 }, { index: 0 }),
    ),
  lenet5: () => ofModel(lenet('lenet5')),
  alexnet_mini: () => ofModel(alexnet('alexnet_mini')),
  cifar_resnet8: () => ofModel(resnet('cifar_resnet8', { width: 8, imageSize: 16 })),
  mobilenet_v2_025: () => ofModel(mobilenet('mobilenet_v2_0.25', { classes: 10, imageSize: 64, dropout: 0 })),
};

function ofBlock(shape: readonly number[], block: (x: Tensor) => Tensor): Graph {
  return buildGraph({ x: tensorType('f32', ['N', ...shape]) }, ({ x }) => ({ y: block(x) }));
}

function ofModel(model: Model): Graph {
  const graph = model.build();
  const { image } = graph.inputs;
  return {
    ...graph,
    nodes: graph.nodes.map((node, id) =>
      id === image.value && node.op === 'input' ? { ...node, attrs: { name: 'x' } } : node,
    ),
    inputs: { x: image },
    outputs: { y: graph.outputs.logits },
  };
}
