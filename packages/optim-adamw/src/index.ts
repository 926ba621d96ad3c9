export { adamw } from './adamw.ts';
