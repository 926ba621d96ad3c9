export { vit, type VitOptions } from './vit.ts';
export {
  encoderLayer,
  selfAttentionLayer,
  type EncoderLayerOptions,
  type SelfAttentionLayerOptions,
} from './blocks.ts';
export type { VitVariant } from './variants.ts';
