// Stem, stages of residual blocks, and head: ResNet, ResNeXt, SENet and Wide ResNet are settings of it.

import { relu, type Tensor } from '@netwright/ir';
import { batchNormLayer } from '../layers/batch-norm-layer.ts';
import type { Layer } from '../layers/sequential.ts';
import { classifierHead } from './classifier-head.ts';
import { imageStem, type ImageStemKind, type ImageStemOptions } from './image-stem.ts';
import { preactivationBasicBlock, preactivationBottleneckBlock } from './preactivation-blocks.ts';
import { basicBlock, bottleneckBlock, type BottleneckBlockOptions } from './residual-blocks.ts';
import type { ShortcutKind } from './residual-shortcut.ts';

/** A whole network of residual blocks in numbers; the families are tables of these. */
export interface ResidualNetworkOptions {
  /** Two 3x3 convolutions of the stage's channels, or 1x1, 3x3, 1x1 with an output of four times the channels. */
  readonly block: 'basic' | 'bottleneck';
  /** Norms and activations before the convolutions (arXiv:1603.05027). Default false. */
  readonly preactivation?: boolean;
  /** Blocks of each stage; the first block of every stage but the first has stride 2. */
  readonly depths: readonly number[];
  /** Channels of the first stage; every stage doubles them, and {@link inner} and {@link reduced} with them. */
  readonly width: number;
  /** Channels of the 3x3 convolutions of bottlenecks in the first stage. Default `width`. */
  readonly inner?: number;
  /** Channels of the first 1x1 convolutions of bottlenecks in the first stage. Default `inner`. */
  readonly reduced?: number;
  /** Groups of the 3x3 convolutions. Default 1. */
  readonly groups?: number;
  readonly stem: ImageStemKind;
  /** Channels of the stem. Default `width`. */
  readonly stemWidth?: number;
  /** Default `B`. */
  readonly shortcut?: ShortcutKind;
  /** Scopes of the projections' convolution and norm; blocks with pre-activation have no such norm. Default `downsample.0`, `downsample.1`. */
  readonly projection?: { readonly name: string; readonly norm?: string };
  /** With pre-activation, what an identity shortcut of the first block reads: the stem's result after norm and activation, or bare. Default `activated`. */
  readonly firstShortcut?: 'activated' | 'bare';
  /** Kernel of the projections after the first stage. Default 1. */
  readonly projectionKernel?: number;
  /** Which convolution of a bottleneck has the stride; always the 3x3 with pre-activation. Default `3x3`. */
  readonly strideIn?: BottleneckBlockOptions['strideIn'];
  /** At the end of each branch. Default nothing. */
  readonly squeeze?: Layer;
  /** See {@link BottleneckBlockOptions}; with pre-activation the last convolution starts at zero instead. Default false. */
  readonly zeroInitResidual?: boolean;
  /** Before the last convolution of each branch. Default 0. */
  readonly blockDropout?: number;
  /** Probability that training leaves out the branch of the last block; that of block l of L is l / L of it (arXiv:1603.09382). Default 0. */
  readonly stochasticDepth?: number;
  readonly classes: number;
  /** Before the classifier. Default 0. */
  readonly dropout?: number;
  /** Scopes. Default `conv1`, `bn1`, `layer` (`layer1.0`, `layer1.1`, ..), `bn` for the norm after the last block with pre-activation, `fc`. */
  readonly names?: {
    readonly stem?: ImageStemOptions['names'];
    readonly stage?: string;
    readonly norm?: string;
    readonly classifier?: string;
  };
}

const EXPANSION = 4;

/** Logits [N, classes] of an image [N, C, H, W]. */
export function residualNetwork(image: Tensor, options: ResidualNetworkOptions): Tensor {
  const { preactivation = false, depths, width, stem, stemWidth = width, classes, dropout = 0, names = {} } = options;
  const blocks = depths.reduce((total, depth) => total + depth, 0);
  let x = imageStem(image, {
    kind: stem,
    out: stemWidth,
    activated: !preactivation,
    ...(names.stem === undefined ? {} : { names: names.stem }),
  });
  let done = 0;
  depths.forEach((depth, stage) => {
    for (let index = 0; index < depth; index++) {
      const input = x;
      done++;
      const place = { stage, first: index === 0, share: done / blocks };
      const scope = `${names.stage ?? 'layer'}${String(stage + 1)}.${String(index)}`;
      x = x.builder.within(scope, () => residualBlock(input, options, place));
    }
  });
  if (preactivation) x = relu(batchNormLayer(x, { name: names.norm ?? 'bn' }));
  return classifierHead(x, { name: names.classifier ?? 'fc', classes, dropout });
}

function residualBlock(
  x: Tensor,
  options: ResidualNetworkOptions,
  { stage, first, share }: { readonly stage: number; readonly first: boolean; readonly share: number },
): Tensor {
  const { block, preactivation = false, width, inner = width, reduced = inner, groups = 1, shortcut = 'B' } = options;
  const { projection, projectionKernel = 1, strideIn = '3x3', squeeze, stochasticDepth = 0 } = options;
  const scale = 2 ** stage;
  const bottleneck = block === 'bottleneck';
  const common = {
    out: width * scale * (bottleneck ? EXPANSION : 1),
    ...(bottleneck ? { width: inner * scale } : {}),
    stride: first && stage > 0 ? 2 : 1,
    groups,
    shortcut,
    projection: { ...projection, kernel: stage > 0 ? projectionKernel : 1 },
    dropout: options.blockDropout ?? 0,
    stochasticDepth: stochasticDepth * share,
    zeroInitResidual: options.zeroInitResidual ?? false,
    ...(squeeze === undefined ? {} : { squeeze }),
  };
  if (preactivation) {
    const preactivated = {
      ...common,
      activatedShortcut: first && stage === 0 && options.firstShortcut !== 'bare',
    };
    return bottleneck ? preactivationBottleneckBlock(x, preactivated) : preactivationBasicBlock(x, preactivated);
  }
  return bottleneck ? bottleneckBlock(x, { ...common, reduced: reduced * scale, strideIn }) : basicBlock(x, common);
}
