export { adadelta } from './adadelta.ts';
