export { readSafetensors, type ReadOptions } from './safetensors/read.ts';
export type { SafetensorsArrays, SafetensorsDType, SafetensorsFile, SafetensorsTensor } from './safetensors/types.ts';
export { widenBf16, widenF16 } from './safetensors/widen.ts';
export { writeSafetensors } from './safetensors/write.ts';
export { deserializeModel, serializeModel, type ModelDescription, type SavedModel } from './saved-model.ts';
export {
  loadStateDict,
  saveStateDict,
  stateDictNames,
  toSafetensor,
  type LoadOptions,
  type LoadReport,
} from './state-dict.ts';
export { toSinglePrecision, withCounters } from './torch/adapt.ts';
export { KEY_MAPS, renameKeys, type KeyRule } from './torch/key-maps.ts';
export { readTorchStateDict } from './torch/read-torch.ts';
