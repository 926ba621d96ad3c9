export { zfnet, type ZfNetOptions } from './zfnet.ts';
export type { ZfNetVariant } from './variants.ts';
