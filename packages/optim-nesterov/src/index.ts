export { nesterov } from './nesterov.ts';
