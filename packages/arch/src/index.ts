export {
  defineArchitecture,
  type Architecture,
  type ArchitectureRecord,
  type OptionChoices,
  type CommonOptions,
  type ModelOutputs,
} from './define-architecture.ts';
export type { Model, ModelOptions } from './model.ts';
export { conv2dLayer, channelsOf, kaimingFanOut, type Conv2dLayerOptions } from './layers/conv2d-layer.ts';
export { batchNormLayer, type BatchNormLayerOptions } from './layers/batch-norm-layer.ts';
export { linearLayer, torchDefaultInit, type LinearLayerOptions } from './layers/linear-layer.ts';
export { initialize, type InitialValue } from './initialize/initialize.ts';
export { layerNormLayer, type LayerNormLayerOptions } from './layers/layer-norm-layer.ts';
export { sequential, type Layer } from './layers/sequential.ts';
export {
  constantInit,
  gainOf,
  kaimingNormal,
  kaimingUniform,
  normal,
  truncatedNormal,
  uniform,
  xavierNormal,
  xavierUniform,
  type KaimingOptions,
  type Nonlinearity,
  type XavierOptions,
} from './initialize/initializers.ts';
export {
  plainLayers,
  type PlainConv,
  type PlainLayersOptions,
  type PlainLinear,
  type PlainPool,
  type PlainStep,
} from './layers/plain-layers.ts';
export { convNormAct, type ConvNormActOptions } from './blocks/conv-norm-act.ts';
export {
  concatBranches,
  type BranchConv,
  type BranchesOptions,
  type BranchFork,
  type BranchPool,
  type BranchStep,
} from './blocks/branches.ts';
export {
  COMPOUND_COEFFICIENTS,
  compoundMultipliers,
  type CompoundCoefficients,
  type Multipliers,
} from './scaling/compound-multipliers.ts';
export { makeDivisible } from './scaling/make-divisible.ts';
export { repeatBlocks } from './scaling/repeat-blocks.ts';
export { scaleDepths } from './scaling/scale-depths.ts';
export { scaleModel } from './scaling/scale-model.ts';
export { resnextBlock, type ResNeXtBlockOptions, type ResNeXtForm } from './blocks/resnext-forms.ts';
export { invertedResidual, type InvertedResidualOptions } from './blocks/inverted-residual.ts';
export { squeezeExcitation, type SqueezeExcitationOptions } from './blocks/squeeze-excitation.ts';
export { addShortcut, type ShortcutKind, type ShortcutOptions } from './blocks/residual-shortcut.ts';
export {
  basicBlock,
  bottleneckBlock,
  type BottleneckBlockOptions,
  type ResidualBlockOptions,
} from './blocks/residual-blocks.ts';
export {
  preactivationBasicBlock,
  preactivationBottleneckBlock,
  type PreactivationBlockOptions,
} from './blocks/preactivation-blocks.ts';
export { imageStem, type ImageStemKind, type ImageStemOptions, type StemNames } from './blocks/image-stem.ts';
export { classifierHead, type ClassifierHeadOptions } from './blocks/classifier-head.ts';
export { residualNetwork, type ResidualNetworkOptions } from './blocks/residual-network.ts';
