export { exampleGraph, walkthrough } from './compiler-walkthrough.ts';
export { entryPoints, publicExports, type Export } from './exports.ts';
