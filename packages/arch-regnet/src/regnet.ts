// Designing network design spaces: AnyNets, and the RegNets among them. arXiv:2003.13678

import {
  convNormAct,
  defineArchitecture,
  linearLayer,
  makeDivisible,
  normal,
  scaleDepths,
  type Architecture,
} from '@netwright/arch';
import { dropout, flatten, globalAvgPool2d, zerosInit } from '@netwright/ir';
import { anyNetStage } from './blocks.ts';
import { regnetWidths } from './generator.ts';
import { fitStages, type AnyNetStage, type WidthCompatibility } from './stages.ts';
import { paperVariant, VARIANTS, type RegNetVariant } from './variants.ts';

/** Compatibility, stem and regularization; widths and depths are the variant's. */
export interface RegNetOptions extends Readonly<Record<string, unknown>> {
  /** How widths become multiples of the group width; default the variant's. */
  readonly compat: 'variant' | WidthCompatibility;
  /** Stride of the first convolution; 1 for images of about 32 to 64 pixels. Default 2. */
  readonly stemStride: number;
  /** Before the classifier. Default 0. */
  readonly dropout: number;
  /** Probability with which training leaves out the branches of blocks: in proportion to their depth, this at the end. Default 0. */
  readonly stochasticDepth: number;
  /** Start the last norm of every residual branch at zero (arXiv:1706.02677). Default false. */
  readonly zeroInitResidual: boolean;
}

/** Networks of one's own, by the names that they shall have. */
export interface AnyNetsRecord {
  /** Default `anynet`. */
  readonly family?: string;
  readonly variants: Readonly<Record<string, RegNetVariant>>;
  /** Further names. */
  parse?(name: string): RegNetVariant | undefined;
  /** The further names in words. */
  readonly grammar?: string;
}

/** A family of networks of this design space, from parameters of the generator or from stages. */
export function anyNets({ family = 'anynet', ...record }: AnyNetsRecord): Architecture<RegNetOptions> {
  return defineArchitecture<RegNetVariant, RegNetOptions>({
    ...record,
    family,
    paper: 'https://arxiv.org/abs/2003.13678',
    options: { compat: 'variant', stemStride: 2, dropout: 0, stochasticDepth: 0, zeroInitResidual: false },
    choices: { compat: ['variant', 'pycls', 'torchvision'] },
    defaults: ({ imageSize = 224, classes = 1000 }) => ({ imageSize, classes }),
    scale: scaleVariant,
    build(image, variant, options, builder) {
      const { squeezeRatio = 0, stemWidth = 32, compat = 'pycls' } = variant;
      const stages = fitStages(stagesOf(variant), options.compat === 'variant' ? compat : options.compat);
      const blocks = stages.reduce((total, { depth }) => total + depth, 0);
      const stemConv = { names: { conv: '0', norm: '1' }, kernel: 3, stride: options.stemStride };
      let x = convNormAct(image, { ...stemConv, name: 'stem', out: stemWidth });
      let before = 0;
      stages.forEach((stage, position) => {
        const input = x;
        const index = position + 1;
        const first = before;
        before += stage.depth;
        x = builder.within(`trunk_output.block${String(index)}`, () =>
          anyNetStage(input, stage, {
            index,
            squeezeRatio,
            zeroInitResidual: options.zeroInitResidual,
            stochasticDepth: (block) => (options.stochasticDepth * (first + block + 1)) / blocks,
          }),
        );
      });
      const features = dropout(flatten(globalAvgPool2d(x), 1), { p: options.dropout });
      const start = { init: normal({ std: 0.01 }), biasInit: zerosInit };
      return linearLayer(features, { ...start, name: 'fc', out: options.classes });
    },
  });
}

/**
 * RegNet: `regnet_x_SIZE` and `regnet_y_SIZE` for the sizes of the paper with torchvision's widths and parameter names, `.._paper` with the widths of the
 * paper, and `tiny`.
 */
export const regnet = anyNets({
  family: 'regnet',
  variants: VARIANTS,
  parse: paperVariant,
  grammar: 'NAME_paper with the widths of the paper, e.g. regnet_y_800mf_paper',
});

function stagesOf({ stages }: RegNetVariant): readonly AnyNetStage[] {
  if (!('slope' in stages)) return stages;
  const { groupWidth, bottleneck = 1, ...parameters } = stages;
  return regnetWidths(parameters).stages.map((stage) => ({ ...stage, groupWidth, bottleneck }));
}

/** Widths and group widths grow alike, so that every convolution's multiply-adds grow with their square. */
function scaleVariant(
  variant: RegNetVariant,
  multipliers: { readonly width: number; readonly depth: number },
): RegNetVariant {
  const { stemWidth = 32 } = variant;
  const fitted = fitStages(stagesOf(variant), variant.compat ?? 'pycls');
  const depths = scaleDepths(
    fitted.map(({ depth }) => depth),
    multipliers.depth,
  );
  return {
    ...variant,
    stemWidth: makeDivisible(stemWidth * multipliers.width),
    stages: fitted.map((stage, index) => ({
      ...stage,
      depth: depths[index],
      width: makeDivisible(stage.width * multipliers.width),
      groupWidth: scaleGroupWidth(stage.groupWidth, multipliers.width),
    })),
  };
}

/** Depthwise convolutions stay so. */
function scaleGroupWidth(groupWidth: number, factor: number): number {
  return groupWidth === 1 ? 1 : makeDivisible(groupWidth * factor, Math.min(groupWidth, 8));
}
