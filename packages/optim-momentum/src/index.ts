export { momentum } from './momentum.ts';
