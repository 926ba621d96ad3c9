export { lenet, type LeNetOptions } from './lenet.ts';
export { partialConv, rbfOutput, scaledTanh, trainableSubsampling, type InitOf } from './blocks.ts';
export type { LeNetVariant } from './variants.ts';
