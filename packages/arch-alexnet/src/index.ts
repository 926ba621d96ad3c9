export { alexnet, type AlexNetOptions } from './alexnet.ts';
export type { AlexNetConv, AlexNetStep, AlexNetVariant } from './variants.ts';
