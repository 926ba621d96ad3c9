export { vgg, type VggOptions } from './vgg.ts';
export { denseHead, features, pooledHead, type FeaturesOptions, type HeadOptions } from './blocks.ts';
export type { VggLayer, VggVariant } from './variants.ts';
