// What the spaces of AnyNets need of an architecture: `import * as regnet from '@netwright/arch-regnet'` gives all of it.

import type { Model } from '@netwright/arch';
import type { Tensor } from '@netwright/ir';

/** A stage before its width is fitted to its groups. */
export interface AnyNetStageSettings {
  readonly depth: number;
  readonly width: number;
  readonly groupWidth: number;
  /** Channels of the 3 x 3 convolutions over those of the output. */
  readonly bottleneck: number;
  /** Of the first block. Default 2. */
  readonly stride?: number;
}

/** A network of the space, as the architecture takes it. */
export interface AnyNetVariant {
  readonly stages: readonly AnyNetStageSettings[];
  readonly squeezeRatio: number;
  readonly stemWidth: number;
  readonly compat: 'pycls' | 'torchvision';
}

/** Input, classes and stem, which all networks of a space share. */
export interface AnyNetImage {
  /** Height and width. */
  readonly imageSize: number;
  readonly channels: number;
  readonly classes: number;
  /** Stride of the first convolution. */
  readonly stemStride: number;
}

type Fitted = Required<AnyNetStageSettings>;

/** The numbers of the generator: widths grow by `slope` with each block, quantized to powers of `multiplier`. */
export interface RegNetNumbers {
  readonly depth: number;
  readonly initialWidth: number;
  readonly slope: number;
  readonly multiplier: number;
}

/** The functions of an architecture package that the spaces call; the shapes are those of `@netwright/arch-regnet`. */
export interface AnyNetPlugin {
  anyNets(record: {
    readonly family: string;
    readonly variants: Readonly<Record<string, AnyNetVariant>>;
  }): (name: string, options: Pick<AnyNetImage, keyof AnyNetImage>) => Model;
  anyNetBlock(x: Tensor, stage: Omit<Fitted, 'depth'>, options: { readonly squeezeRatio: number }): Tensor;
  fitStages(stages: readonly AnyNetStageSettings[], compat: AnyNetVariant['compat']): readonly Fitted[];
  regnetWidths(numbers: RegNetNumbers): {
    readonly stages: readonly { readonly width: number; readonly depth: number }[];
    readonly possibleStages: number;
  };
}
