export { adamax } from './adamax.ts';
