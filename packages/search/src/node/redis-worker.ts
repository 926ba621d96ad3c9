// A worker of sweeps over Redis: takes jobs, and has child processes run them.

import path from 'node:path';
import type { Job } from 'bullmq';
import type { Trial } from '../sweep/definition.ts';
import {
  connectionTo,
  DEFAULT_QUEUE,
  loadBullmq,
  requireRedis,
  type RedisJob,
  type RedisResult,
  type TrialWorker,
} from './bullmq.ts';
import { ProcessPool, type WorkerProgram } from './process-pool.ts';

/** Where the jobs come from, and how they are run here. */
export interface RedisWorkerOptions {
  readonly url: string;
  /** Default `netwright`. */
  readonly queue?: string;
  /** Directory to which the files of jobs are relative. */
  readonly directory: string;
  readonly program: WorkerProgram;
  /** Trials at a time. */
  readonly workers: number;
  /** Seconds after which a worker that does not stir counts as lost. Default 30. */
  readonly lockSeconds?: number;
  /** Workers that may be lost over one trial before it counts as failed. Default 10. */
  readonly attempts?: number;
  readonly onTrial?: (trial: Trial, result: RedisResult) => void;
}

/** A worker at work. */
export interface RedisWorker {
  /** Rejects when the worker cannot run the trials that it gets (`sweep.hash`, `sweep.file`, `sweep.target`); their jobs go back to the queue. */
  readonly failed: Promise<never>;
  /** Stops at once; trials at work go back to the queue. */
  close(): Promise<void>;
}

/** How long a job that one worker refuses is kept from all of them. */
const REFUSED_MS = 1000;

/** Errors: `sweep.bullmq`, `sweep.redis`. */
export async function openRedisWorker(options: RedisWorkerOptions): Promise<RedisWorker> {
  const { Worker, DelayedError } = await loadBullmq();
  const { url, queue: name = DEFAULT_QUEUE, lockSeconds = 30, workers, attempts = 10, onTrial } = options;
  const connection = connectionTo(url);
  await requireRedis(url);
  const pools = new Map<string, ProcessPool>();
  const poolFor = ({ sweep }: RedisJob): ProcessPool => {
    const reference = { ...sweep, file: path.resolve(options.directory, sweep.file) };
    const key = JSON.stringify(reference);
    const pool = pools.get(key) ?? new ProcessPool({ program: options.program, sweep: reference, workers, attempts });
    pools.set(key, pool);
    return pool;
  };
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const perform = async (job: Job<RedisJob, RedisResult>, token?: string): Promise<RedisResult> => {
    const { trial } = job.data;
    try {
      const { outcome, seconds, worker, attempts: started } = await poolFor(job.data).run(trial);
      const result = { outcome, seconds, worker, attempts: started };
      onTrial?.(trial, result);
      return result;
    } catch (error) {
      fail(error);
      await job.moveToDelayed(Date.now() + REFUSED_MS, token);
      throw new DelayedError();
    }
  };
  const worker: TrialWorker = new Worker(name, perform, {
    connection,
    concurrency: workers,
    lockDuration: lockSeconds * 1000,
    stalledInterval: (lockSeconds * 1000) / 2,
    maxStalledCount: attempts,
  });
  worker.on('error', () => undefined);
  return {
    failed,
    async close() {
      // Running jobs reject as their pools close, and go back to the queue before the connection ends.
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      await Promise.race([worker.close(), new Promise((resolve) => setTimeout(resolve, 3000))]);
      await worker.disconnect();
    },
  };
}
