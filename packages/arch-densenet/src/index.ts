export { densenet, type DenseNetOptions } from './densenet.ts';
export { denseBlock, denseLayer, transition, type DenseLayerOptions } from './blocks.ts';
