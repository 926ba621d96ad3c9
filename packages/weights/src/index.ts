export { readSafetensors, type ReadOptions } from './safetensors/read.ts';
export type { SafetensorsArrays, SafetensorsDType, SafetensorsFile, SafetensorsTensor } from './safetensors/types.ts';
export { widenBf16, widenF16 } from './safetensors/widen.ts';
export { writeSafetensors } from './safetensors/write.ts';
