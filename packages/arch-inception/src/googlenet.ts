// Going deeper with convolutions. arXiv:1409.4842

import {
  constantInit,
  convNormAct,
  kaimingNormal,
  linearLayer,
  truncatedNormal,
  xavierUniform,
  type ModelOutputs,
} from '@netwright/arch';
import {
  adaptiveAvgPool2d,
  avgPool2d,
  dropout,
  flatten,
  localResponseNorm,
  maxPool2d,
  relu,
  type Initializer,
  type Tensor,
} from '@netwright/ir';
import { auxiliary, head } from './head.ts';
import { inceptionModule } from './inception-module.ts';
import type { NetworkOptions } from './inception.ts';
import { deepened, type GoogLeNetVariant } from './variants.ts';

interface Start {
  readonly init: Initializer;
  readonly biasInit?: Initializer;
}

/** Of convolutions and linear layers: as in torchvision, as in the Caffe model, and for networks too small for either. */
const STARTS: Readonly<Record<GoogLeNetVariant['start'], Start>> = {
  torchvision: { init: truncatedNormal({ std: 0.01 }) },
  caffe: { init: xavierUniform({ fan: 'fanIn' }), biasInit: constantInit(0.2) },
  kaiming: { init: kaimingNormal() },
};

const LRN = { size: 5, alpha: 1e-4, beta: 0.75 };

export function googlenet(image: Tensor, variant: GoogLeNetVariant, options: NetworkOptions): ModelOutputs {
  const { builder } = image;
  const { batchNorm, third, lastPool, width } = variant;
  const { auxHeads, classes } = options;
  const start = STARTS[variant.start];
  let x = stemOf(image, variant, start, options);
  const headsOn: Tensor[] = [];
  deepened(variant.stages, variant.depth).forEach((modules, index) => {
    modules.forEach((channels, position) => {
      const input = x;
      x = builder.within(`inception${String(index + 3)}${String.fromCharCode(97 + position)}`, () =>
        inceptionModule(input, { ...start, channels, third, batchNorm, width }),
      );
      if (index === 1 && [0, Math.min(3, modules.length - 1)].includes(position)) headsOn.push(x);
    });
    if (index === 0) x = pool(x, 'maxpool3', 3);
    if (index === 1) x = pool(x, 'maxpool4', lastPool);
  });
  const heads = (auxHeads ? headsOn : []).map((features, index) => {
    const name = `aux${String(index + 1)}`;
    return [name, auxiliary(builder.within(name, () => auxHead(features, variant, start, options)))] as const;
  });
  const logits = head(x, { name: 'fc', classes, dropout: options.dropout, init: start.init });
  return { logits, ...Object.fromEntries(heads) };
}

function stemOf(
  image: Tensor,
  { batchNorm, stemChannels, width }: GoogLeNetVariant,
  start: Start,
  { stem }: NetworkOptions,
): Tensor {
  const conv = (x: Tensor, index: 0 | 1 | 2, kernel: number, stride = 1): Tensor =>
    convNormAct(x, {
      ...start,
      name: `conv${String(index + 1)}`,
      out: Math.max(1, Math.round(stemChannels[index] * width)),
      kernel,
      stride,
      norm: batchNorm ? { eps: 1e-3 } : 'none',
    });
  const normed = (x: Tensor): Tensor => (batchNorm ? x : localResponseNorm(x, LRN));
  if (stem === 'small') return normed(conv(conv(normed(conv(image, 0, 3)), 1, 1), 2, 3));
  const first = normed(pool(conv(image, 0, 7, 2), 'maxpool1', 3));
  return pool(normed(conv(conv(first, 1, 1), 2, 3)), 'maxpool2', 3);
}

function pool(x: Tensor, name: string, kernel: number): Tensor {
  return x.builder.within(name, () => maxPool2d(x, { kernel, stride: 2, ceilMode: true }));
}

/** The paper pools windows of 5x5 every 3, which is 4x4 of a 14x14 map; torchvision asks for 4x4 of any map. */
function auxHead(
  x: Tensor,
  { batchNorm, auxChannels, width }: GoogLeNetVariant,
  start: Start,
  { classes, auxDropout }: NetworkOptions,
): Tensor {
  const [channels, hidden] = auxChannels.map((out) => Math.max(1, Math.round(out * width)));
  const pooled = batchNorm ? adaptiveAvgPool2d(x, 4) : avgPool2d(x, { kernel: 5, stride: 3 });
  const norm = batchNorm ? { eps: 1e-3 } : ('none' as const);
  const features = flatten(convNormAct(pooled, { ...start, name: 'conv', out: channels, kernel: 1, norm }), 1);
  const inner = relu(linearLayer(features, { ...start, name: 'fc1', out: hidden }));
  return linearLayer(dropout(inner, { p: auxDropout }), { name: 'fc2', out: classes, init: start.init });
}
