export { loops } from './loops.ts';
