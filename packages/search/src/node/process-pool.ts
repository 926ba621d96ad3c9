// Child processes that run trials. One that dies is replaced, and its trial given to another.

import { fork, type ChildProcess } from 'node:child_process';
import os from 'node:os';
import { NetwrightError } from '@netwright/ir';
import type { Outcome, Trial, TrialRecord } from '../sweep/definition.ts';
import type { FromWorker, SweepReference, ToWorker } from './worker-protocol.ts';

/** The program of a worker: a module that calls `serveTrials(process)`. */
export interface WorkerProgram {
  readonly module: string;
  readonly args: readonly string[];
  /** Options of Node, e.g. `--max-old-space-size=2000`. Default those of this process. */
  readonly nodeOptions?: readonly string[];
}

/** Runs trials somewhere. */
export interface TrialRunner {
  /** Resolves with the record once the trial is complete. Rejects only when no worker can run any trial, or when closed. */
  run(trial: Trial): Promise<TrialRecord>;
  /** Told once a record is on disk. */
  recorded?(trial: Trial): Promise<void>;
  close(): Promise<void>;
}

/** Which program the children run, for which sweep, and how many of them. */
export interface ProcessPoolOptions {
  readonly program: WorkerProgram;
  readonly sweep: SweepReference;
  readonly workers: number;
  /** Workers that may die over one trial before it counts as failed. Default 10. */
  readonly attempts?: number;
}

interface Job {
  readonly trial: Trial;
  attempts: number;
  readonly resolve: (record: TrialRecord) => void;
  readonly reject: (error: unknown) => void;
}

interface Worker {
  readonly process: ChildProcess;
  ready: boolean;
  job: Job | undefined;
  /** The end of what it wrote on standard error. */
  errors: string;
}

/** Workers in a row that end before they are ready, those not counted that someone killed. */
const MOST_FAILED_STARTS = 3;
const KEPT_ERRORS = 4000;
const HEAP_LIMIT = /heap out of memory|Allocation failed/;

/**
 * Runs trials in child processes of this machine, as many at a time as there are workers.
 *
 * @throws NetwrightError from `run`: what makes all trials impossible (`sweep.file`, `sweep.hash`, `sweep.target`, `sweep.worker`), or
 *   `sweep.closed`.
 */
export class ProcessPool implements TrialRunner {
  private readonly options: ProcessPoolOptions;
  private readonly waiting: Job[] = [];
  private readonly workers = new Set<Worker>();
  private failedStarts = 0;
  private broken: NetwrightError | undefined;

  constructor(options: ProcessPoolOptions) {
    this.options = options;
  }

  /** Identifiers of the living children, for those who watch or test them. */
  get processes(): readonly number[] {
    return [...this.workers].flatMap(({ process: { pid } }) => (pid === undefined ? [] : [pid]));
  }

  run(trial: Trial): Promise<TrialRecord> {
    return new Promise((resolve, reject) => {
      if (this.broken !== undefined) {
        reject(this.broken);
        return;
      }
      this.waiting.push({ trial, attempts: 0, resolve, reject });
      this.serve();
    });
  }

  /** Ends the children; trials that were not complete are rejected. */
  async close(): Promise<void> {
    this.breakWith(closedPool());
    await Promise.all(
      [...this.workers].map(
        ({ process: child }) =>
          new Promise<void>((resolve) => {
            // One that has ended stays in the set until its pipes are empty, and does not end again.
            if (child.exitCode !== null || child.signalCode !== null) resolve();
            child.once('exit', () => resolve());
            child.kill('SIGKILL');
          }),
      ),
    );
  }

  /** Starts children as long as there is work for them, and gives the idle ones a trial each. */
  private serve(): void {
    const idle = [...this.workers].filter(({ job, ready }) => ready && job === undefined);
    for (const worker of idle) {
      const job = this.waiting.shift();
      if (job === undefined) return;
      job.attempts++;
      worker.job = job;
      tell(worker, { kind: 'run', trial: job.trial });
    }
    const starting = [...this.workers].filter(({ ready }) => !ready).length;
    const wanted = Math.min(this.options.workers - this.workers.size, this.waiting.length - starting);
    for (let count = 0; count < wanted; count++) this.start();
  }

  private start(): void {
    const { module, args, nodeOptions = process.execArgv } = this.options.program;
    const child = fork(module, args, {
      execArgv: [...nodeOptions],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
    });
    const worker: Worker = { process: child, ready: false, job: undefined, errors: '' };
    this.workers.add(worker);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      worker.errors = (worker.errors + text).slice(-KEPT_ERRORS);
    });
    child.on('message', (message) => this.receive(worker, message as FromWorker));
    child.on('error', () => undefined);
    // Until its pipes are empty, so that its last words are known.
    child.once('close', (code, signal) => this.lost(worker, code, signal));
    tell(worker, { kind: 'load', sweep: this.options.sweep });
  }

  private receive(worker: Worker, message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        worker.ready = true;
        this.failedStarts = 0;
        break;
      case 'refused':
        this.breakWith(
          new NetwrightError({
            code: message.code,
            operation: 'worker',
            scope: this.options.sweep.file,
            expected: 'a worker that runs the trials of this sweep',
            received: message.message,
          }),
        );
        worker.process.kill('SIGKILL');
        return;
      case 'finished': {
        const { job } = worker;
        worker.job = undefined;
        if (job?.trial.key === message.key) this.finish(worker, job, message.outcome, message.seconds);
        break;
      }
    }
    this.serve();
  }

  private finish(worker: Worker, { trial, attempts, resolve }: Job, outcome: Outcome, seconds: number): void {
    resolve({ trial, outcome, attempts, seconds, worker: `${os.hostname()}:${String(worker.process.pid)}` });
  }

  private lost(worker: Worker, code: number | null, signal: string | null): void {
    this.workers.delete(worker);
    if (this.broken !== undefined) return;
    const how = signal === null ? `exit code ${String(code)}` : signal;
    const { job, errors } = worker;
    if (job !== undefined) {
      if (HEAP_LIMIT.test(errors))
        this.finish(worker, job, { kind: 'failed', code: 'outOfMemory', message: lastLine(errors) }, 0);
      else if (job.attempts >= (this.options.attempts ?? 10))
        this.finish(
          worker,
          job,
          { kind: 'failed', code: 'lost', message: `its ${String(job.attempts)} workers died, the last of ${how}` },
          0,
        );
      else this.waiting.unshift(job);
    } else if (!worker.ready && signal !== 'SIGKILL' && ++this.failedStarts >= MOST_FAILED_STARTS) {
      this.breakWith(
        new NetwrightError({
          code: 'sweep.worker',
          operation: 'ProcessPool',
          scope: this.options.sweep.file,
          expected: 'workers that start',
          received: `${String(this.failedStarts)} in a row that ended before they were ready, the last of ${how}`,
          ...(errors === '' ? {} : { reasons: [lastLine(errors)] }),
        }),
      );
      return;
    }
    this.serve();
  }

  private breakWith(error: NetwrightError): void {
    this.broken ??= error;
    const jobs = [...this.waiting.splice(0), ...[...this.workers].flatMap(({ job }) => job ?? [])];
    for (const { reject } of jobs) reject(this.broken);
  }
}

/** What becomes of trials that were not complete when a runner was closed. */
export function closedPool(): NetwrightError {
  return new NetwrightError({
    code: 'sweep.closed',
    operation: 'run',
    expected: 'workers that are not told to stop',
    received: 'a closed pool',
  });
}

function tell({ process: child }: Worker, message: ToWorker): void {
  // A child that is gone is noticed when it closes.
  if (child.connected) child.send(message, () => undefined);
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .findLast((line) => /error|memory|failed/i.test(line)) ?? text.trim().slice(-200)
  );
}
