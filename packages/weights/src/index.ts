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
