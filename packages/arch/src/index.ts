export {
  defineArchitecture,
  type Architecture,
  type ArchitectureRecord,
  type CommonOptions,
  type ModelOutputs,
} from './define-architecture.ts';
export type { Model, ModelOptions } from './model.ts';
export { conv2dLayer, channelsOf, kaimingFanOut, type Conv2dLayerOptions } from './layers/conv2d-layer.ts';
export { batchNormLayer, type BatchNormLayerOptions } from './layers/batch-norm-layer.ts';
export { linearLayer, torchDefaultInit, type LinearLayerOptions } from './layers/linear-layer.ts';
export { initialize, type InitialValue } from './initialize/initialize.ts';
