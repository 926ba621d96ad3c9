export { bench, type BenchOptions } from './bench.ts';
export { compareUpdates } from './compare.ts';
export { ownEngines, PEERS, type Engine, type Group } from './engines.ts';
export type { Figures, Measurement } from './measure.ts';
export { childPrograms, createProgram } from './program.ts';
export { median } from './median.ts';
export { include, markdownOf, type Clock, type Report } from './report.ts';
export { Results } from './results.ts';
export { WORKS, type Work } from './work.ts';
