export { wideResnet, type WideResNetOptions } from './wide-resnet.ts';
