export { mobilenet, type MobileNetOptions } from './mobilenet.ts';
