export { efficientnet, type EfficientNetOptions } from './efficientnet.ts';
