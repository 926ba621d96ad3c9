export { shapes, type ShapesOptions } from './shapes.ts';
