// Going deeper with convolutions. arXiv:1409.4842

import { linearLayer, repeatBlocks, type BranchesOptions, type ModelOutputs } from '@netwright/arch';
import { adaptiveAvgPool2d, avgPool2d, dropout, flatten, localResponseNorm, relu, type Tensor } from '@netwright/ir';
import { auxiliary, head } from './head.ts';
import { inceptionModule } from './inception-module.ts';
import type { NetworkOptions } from './inception.ts';
import { conv, convs, letter, pool } from './steps.ts';
import type { GoogLeNetVariant } from './variants.ts';

export function googlenet(image: Tensor, variant: GoogLeNetVariant, options: NetworkOptions): ModelOutputs {
  const { builder } = image;
  const { batchNorm, start, third, lastPool, width } = variant;
  const { auxHeads, classes } = options;
  const layer: BranchesOptions = { ...start, norm: batchNorm ? { eps: 1e-3 } : 'none', width };
  let x = stemOf(image, variant, layer, options);
  const headsOn: Tensor[] = [];
  repeatBlocks(variant.stages, variant.depth).forEach((modules, index) => {
    modules.forEach((channels, position) => {
      const input = x;
      x = builder.within(`inception${String(index + 3)}${letter(position)}`, () =>
        inceptionModule(input, { ...start, channels, third, batchNorm, width }),
      );
      if (index === 1 && [0, Math.min(3, modules.length - 1)].includes(position)) headsOn.push(x);
    });
    if (index === 0) x = pool(x, 'maxpool3');
    if (index === 1) x = pool(x, 'maxpool4', lastPool);
  });
  const heads = (auxHeads ? headsOn : []).map((features, index) => {
    const name = `aux${String(index + 1)}`;
    return [name, auxiliary(builder.within(name, () => auxHead(features, variant, layer, options)))] as const;
  });
  const logits = head(x, { name: 'fc', classes, dropout: options.dropout, init: start.init });
  return { logits, ...Object.fromEntries(heads) };
}

function stemOf(
  image: Tensor,
  { batchNorm, stemChannels: [first, second, third] }: GoogLeNetVariant,
  layer: BranchesOptions,
  { stem }: NetworkOptions,
): Tensor {
  const normed = (x: Tensor): Tensor => (batchNorm ? x : localResponseNorm(x, { size: 5, alpha: 1e-4, beta: 0.75 }));
  const small = stem === 'small';
  const half = (x: Tensor, name: string): Tensor => (small ? x : pool(x, name));
  const start = convs(image, layer, conv(first, small ? 3 : 7, { name: 'conv1', stride: small ? 1 : 2 }));
  const x = normed(half(start, 'maxpool1'));
  return half(
    normed(convs(x, layer, conv(second, 1, { name: 'conv2' }), conv(third, 3, { name: 'conv3' }))),
    'maxpool2',
  );
}

/** The paper pools windows of 5x5 every 3, which is 4x4 of a 14x14 map; torchvision asks for 4x4 of any map. */
function auxHead(
  x: Tensor,
  { batchNorm, start, auxChannels: [channels, hidden], width }: GoogLeNetVariant,
  layer: BranchesOptions,
  { classes, auxDropout }: NetworkOptions,
): Tensor {
  const pooled = batchNorm ? adaptiveAvgPool2d(x, 4) : avgPool2d(x, { kernel: 5, stride: 3 });
  const features = flatten(convs(pooled, layer, conv(channels, 1, { name: 'conv' })), 1);
  const out = Math.max(1, Math.round(hidden * width));
  const inner = relu(linearLayer(features, { ...start, name: 'fc1', out }));
  return linearLayer(dropout(inner, { p: auxDropout }), { name: 'fc2', out: classes, init: start.init });
}
