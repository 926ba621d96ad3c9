export { senet, type SENetOptions } from './senet.ts';
