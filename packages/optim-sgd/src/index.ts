export { sgd } from './sgd.ts';
