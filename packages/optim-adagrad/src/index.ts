export { adagrad } from './adagrad.ts';
