export { mish, mishFunction } from './mish.ts';
