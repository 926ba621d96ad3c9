// Trials as jobs in Redis, for workers on any number of machines.

import type { Trial, TrialRecord } from '../sweep/definition.ts';
import { connectionTo, DEFAULT_QUEUE, loadBullmq, requireRedis, type RedisJob, type TrialQueue } from './bullmq.ts';
import { closedPool, type TrialRunner } from './process-pool.ts';
import type { SweepReference } from './worker-protocol.ts';

/** Where the jobs are put, and under whose name. */
export interface RedisRunnerOptions {
  readonly url: string;
  /** Default `netwright`. */
  readonly queue?: string;
  /** Of the sweep's directory. */
  readonly id: string;
  /** Its file relative to the directory in which workers are started. */
  readonly sweep: SweepReference;
  /** Seconds between looks at what is complete. Default 0.5. */
  readonly pollSeconds?: number;
}

interface Pending {
  readonly trial: Trial;
  readonly resolve: (record: TrialRecord) => void;
  readonly reject: (error: unknown) => void;
}

const LIVING = ['waiting', 'active', 'delayed', 'prioritized'] as const;

/** Errors: `sweep.bullmq`, `sweep.redis`. */
export async function openRedisRunner(options: RedisRunnerOptions): Promise<TrialRunner> {
  const { Queue } = await loadBullmq();
  const { url, queue: name = DEFAULT_QUEUE } = options;
  await requireRedis(url);
  const queue: TrialQueue = new Queue(name, { connection: connectionTo(url) });
  // Lost connections are made again; commands wait for them.
  queue.on('error', () => undefined);
  return new RedisRunner(options, queue);
}

/**
 * Looks again and again rather than wait for events: what Redis forgot in a restart (a job, or that one was complete) is then found missing and added
 * anew. Running a trial twice does no harm; the first record counts.
 */
class RedisRunner implements TrialRunner {
  private readonly options: RedisRunnerOptions;
  private readonly queue: TrialQueue;
  private readonly pending = new Map<string, Pending>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private closed = false;

  constructor(options: RedisRunnerOptions, queue: TrialQueue) {
    this.options = options;
    this.queue = queue;
  }

  run(trial: Trial): Promise<TrialRecord> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(closedPool());
        return;
      }
      this.pending.set(trial.key, { trial, resolve, reject });
      this.timer ??= setTimeout(() => this.look(), 0);
    });
  }

  async recorded({ key }: Trial): Promise<void> {
    await this.queue.remove(this.jobId(key)).catch(() => 0);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { reject } of this.pending.values()) reject(closedPool());
    this.pending.clear();
    // A look that waits for a lost connection ends with it.
    await Promise.race([this.looking, new Promise((resolve) => setTimeout(resolve, 1000))]);
    await this.queue.disconnect();
  }

  private look(): void {
    this.looking = this.collect()
      .catch(() => undefined)
      .then(() => {
        const { pollSeconds = 0.5 } = this.options;
        this.timer =
          this.closed || this.pending.size === 0 ? undefined : setTimeout(() => this.look(), pollSeconds * 1000);
      });
  }

  private async collect(): Promise<void> {
    const living = new Set((await this.queue.getJobs([...LIVING])).map(({ id }) => id));
    for (const job of await this.queue.getJobs(['completed', 'failed'])) {
      if (job.data.id !== this.options.id) continue;
      const { key } = job.data.trial;
      living.add(job.id);
      const waiting = this.pending.get(key);
      if (waiting === undefined) continue;
      this.pending.delete(key);
      const { trial, resolve } = waiting;
      // A job fails only when its workers were lost more often than is allowed.
      const lost = { kind: 'failed', code: 'lost', message: job.failedReason } as const;
      const result = job.failedReason === undefined ? job.returnvalue : undefined;
      resolve(
        result === undefined
          ? { trial, outcome: lost, attempts: job.attemptsStarted, seconds: 0, worker: '' }
          : { trial, ...result, attempts: Math.max(result.attempts, job.attemptsStarted) },
      );
    }
    const missing: { name: string; data: RedisJob; opts: { jobId: string } }[] = [];
    for (const { trial } of this.pending.values()) {
      const jobId = this.jobId(trial.key);
      if (living.has(jobId) || (await this.queue.getJob(jobId)) !== undefined) continue;
      const { id, sweep } = this.options;
      missing.push({ name: 'trial', data: { id, sweep, trial }, opts: { jobId } });
    }
    if (missing.length > 0) await this.queue.addBulk(missing);
  }

  private jobId(key: string): string {
    return `${this.options.id}-${key}`;
  }
}
