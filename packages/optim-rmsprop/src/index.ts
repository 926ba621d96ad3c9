export { rmsprop } from './rmsprop.ts';
