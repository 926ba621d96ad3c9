export { nadam } from './nadam.ts';
