export { squeezenet, type SqueezeNetOptions } from './squeezenet.ts';
