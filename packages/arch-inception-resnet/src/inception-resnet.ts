// Inception-v4, Inception-ResNet and the impact of residual connections on learning. arXiv:1602.07261

import { classifierHead, concatBranches, convNormAct, defineArchitecture, torchDefaultInit } from '@netwright/arch';
import { maxPool2d, NetwrightError, type Tensor } from '@netwright/ir';
import { residualModule } from './residual-module.ts';
import { scaled, VARIANTS, type InceptionResNetVariant, type ResidualStage, type Stage } from './variants.ts';

/** Factors of the residuals, dropout and stem. */
export interface InceptionResNetOptions extends Readonly<Record<string, unknown>> {
  /**
   * Factors of the residuals of the modules A, B and C. Default 0.17, 0.1 and 0.2, those of the published code; the paper says 0.1 to 0.3. The last
   * module of `inception_resnet_v2` adds all of its residual, as published.
   */
  readonly residualScales: readonly [number, number, number];
  /** Before the last layer. Default 0.2, `tiny` 0. */
  readonly dropout: number;
  /** `small` takes the strides out of the stem, for images of about 32 pixels. Default `imagenet`, `tiny` `small`. */
  readonly stem: 'imagenet' | 'small';
}

const LAYER = { norm: { eps: 1e-3 }, init: torchDefaultInit };

/** Inception-ResNet: `inception_resnet_v1`, `inception_resnet_v2` (with timm's parameter names) and `tiny`. */
export const inceptionResNet = defineArchitecture<InceptionResNetVariant, InceptionResNetOptions>({
  family: 'inception-resnet',
  paper: 'https://arxiv.org/abs/1602.07261',
  options: { residualScales: [0.17, 0.1, 0.2], dropout: 0.2, stem: 'imagenet' },
  choices: { stem: ['imagenet', 'small'] },
  variants: VARIANTS,
  defaults: ({ imageSize, classes, dropout, stem }) => ({ imageSize, classes, dropout, stem }),
  scale: scaled,
  build(image, variant, options) {
    checkScales(options.residualScales);
    const small = options.stem === 'small';
    const sizes = { ...options, width: variant.width };
    const stem = variant.stemStages.reduce((x, stage) => stageOf(x, stage, sizes, small), image);
    const features = variant.stages.reduce((x, stage) => stageOf(x, stage, sizes, false), stem);
    const { classes, dropout } = options;
    return classifierHead(features, { name: 'classif', classes, dropout, scopes: { dropout: 'head_drop' } });
  },
});

interface StageOptions extends Pick<InceptionResNetOptions, 'residualScales'> {
  readonly width: number;
}

/** A stage of the network; `still` takes the stride out and keeps the size. */
function stageOf(x: Tensor, stage: Stage, options: StageOptions, still: boolean): Tensor {
  const { builder } = x;
  const { name } = stage;
  const { width } = options;
  if ('repeats' in stage) return residualStage(x, stage, options);
  if ('branches' in stage) {
    return builder.within(name, () => concatBranches(x, stage.branches, { ...LAYER, width }));
  }
  if ('pool' in stage) {
    return still ? x : builder.within(name, () => maxPool2d(x, { kernel: stage.pool, stride: 2 }));
  }
  const { conv, kernel, stride = 1, valid = false } = stage;
  const moving = { stride, ...(valid ? { padding: 0 } : {}) };
  return convNormAct(x, {
    ...LAYER,
    name,
    out: Math.max(1, Math.round(conv * width)),
    kernel,
    ...(still ? {} : moving),
  });
}

function residualStage(
  x: Tensor,
  { name, single = false, kind, repeats, branches, last = false }: ResidualStage,
  { residualScales, width }: StageOptions,
): Tensor {
  const scale = last ? 1 : residualScales['ABC'.indexOf(kind)];
  return x.builder.within(name, () =>
    Array.from({ length: repeats }).reduce<Tensor>(
      (y, _, index) =>
        y.builder.within(single ? '' : String(index), () =>
          residualModule(y, { branches, scale, activation: !last, width }),
        ),
      x,
    ),
  );
}

function checkScales(scales: InceptionResNetOptions['residualScales']): void {
  if (Array.isArray(scales) && scales.length === 3 && scales.every((scale) => Number.isFinite(scale))) return;
  throw new NetwrightError({
    code: 'inceptionResNet.residualScales',
    operation: 'inception-resnet',
    expected: 'three numbers as residualScales, of the modules A, B and C',
    received: JSON.stringify(scales),
  });
}
