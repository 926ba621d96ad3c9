export { resnet, type ResNetOptions } from './resnet.ts';
