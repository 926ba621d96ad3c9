export {
  hashSweep,
  importModule,
  loadSweep,
  requireSameHash,
  type ImportModule,
  type SweepHash,
} from './load-sweep.ts';
export { ProcessPool, type ProcessPoolOptions, type TrialRunner, type WorkerProgram } from './process-pool.ts';
export {
  openSweep,
  runSweep,
  type OpenSweep,
  type OpenSweepOptions,
  type RunSweepOptions,
  type SweepProgress,
  type SweepSummary,
} from './run-sweep.ts';
export { failureOf, runTrial } from './run-trial.ts';
export { serveTrials, type ServedProcess } from './serve-trials.ts';
export {
  formatResults,
  openSweepDirectory,
  readResults,
  type SweepDescription,
  type SweepDirectory,
  type SweepIdentity,
  type SweepResult,
  type SweepResults,
} from './sweep-directory.ts';
export type { FromWorker, SweepReference, ToWorker } from './worker-protocol.ts';
export { canonicalText, trialOf, trialsOf } from './trials.ts';
export { DEFAULT_QUEUE, type RedisResult } from './bullmq.ts';
export { openRedisRunner, type RedisRunnerOptions } from './redis-runner.ts';
export { openRedisWorker, type RedisWorker, type RedisWorkerOptions } from './redis-worker.ts';
