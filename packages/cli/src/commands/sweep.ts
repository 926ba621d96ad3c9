import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { NetwrightError } from '@netwright/ir';
import type { SweepOptions } from '@netwright/search';
import {
  openRedisRunner,
  openRedisWorker,
  openSweep,
  ProcessPool,
  runSweep,
  type ImportModule,
  type OpenSweep,
  type RedisWorker,
  type SweepProgress,
  type TrialRunner,
  type WorkerProgram,
} from '@netwright/search/node';
import { createJiti } from 'jiti';
import { formatSeconds } from '../progress.ts';
import { EXIT, type Output, type Session } from '../session.ts';

export interface SweepArguments extends RunnerArguments {
  readonly out: string;
  readonly limit?: number;
  readonly retryFailed: boolean;
  readonly set: SweepOptions;
}

export interface RunnerArguments {
  readonly workers: number;
  readonly redis?: string;
  readonly queue?: string;
  readonly attempts?: number;
  readonly lockSeconds?: number;
}

/** The program that child processes run: this command line, as `netwright serve-trials`. */
export const WORKER_PROGRAM: WorkerProgram = {
  module: fileURLToPath(new URL('../bin.js', import.meta.url)),
  args: ['serve-trials'],
};

/** Imports a sweep file; one in TypeScript too. */
export const importSweep: ImportModule = (file) =>
  /\.[cm]?ts$/.test(file) ? createJiti(import.meta.url).import(file) : import(pathToFileURL(file).href);

/** Runs the trials of a sweep file that are not on record yet. */
export async function sweepCommand(session: Session, file: string, args: SweepArguments): Promise<number> {
  const { output, directory } = session;
  const sweep = await openSweep({
    file: path.resolve(directory, file),
    options: args.set,
    out: path.resolve(directory, args.out),
    load: importSweep,
  });
  if (args.retryFailed) output.line(`${String(await sweep.directory.forgetFailures())} failed trials run again`);
  const known = sweep.directory.records.length;
  if (known > 0) output.line(`${String(known)} trials are on record in ${sweep.directory.path}`);
  return withInterrupt(async (signal) => {
    const { runner, stop } = await openRunner(session, sweep, args);
    try {
      const summary = await runSweep({
        sweep,
        runner,
        signal,
        onProgress: progressLines(output),
        ...(args.limit === undefined ? {} : { limit: args.limit }),
      });
      output.line(
        `${String(summary.done)} of ${String(summary.total)} trials are complete, ${String(summary.failed)} of them failed`,
      );
      output.line(`results ${summary.results}`);
      if (summary.interrupted) output.line('interrupted; the same command continues');
      return summary.interrupted ? EXIT.interrupted : EXIT.ok;
    } finally {
      await stop();
    }
  });
}

/** What runs the trials of a sweep: a pool of processes, or a queue in Redis with such a pool as one of its workers. */
export async function openRunner(
  { directory }: Pick<Session, 'directory'>,
  { reference, directory: { description } }: OpenSweep,
  { workers, redis: url, attempts, queue, lockSeconds }: RunnerArguments,
): Promise<{ readonly runner: TrialRunner; readonly stop: () => Promise<void> }> {
  const limits = attempts === undefined ? {} : { attempts };
  if (url === undefined) {
    if (workers < 1) throw noWorkers();
    const runner = new ProcessPool({ program: WORKER_PROGRAM, sweep: reference, workers, ...limits });
    return { runner, stop: () => runner.close() };
  }
  const place = { url, ...(queue === undefined ? {} : { queue }) };
  const sweep = { ...reference, file: path.relative(directory, reference.file) };
  const runner = await openRedisRunner({ ...place, id: description.id, sweep });
  let local: RedisWorker | undefined;
  if (workers > 0) {
    const locks = lockSeconds === undefined ? {} : { lockSeconds };
    local = await openRedisWorker({ ...place, ...limits, ...locks, directory, program: WORKER_PROGRAM, workers });
  }
  return {
    runner,
    stop: async () => {
      await local?.close();
      await runner.close();
    },
  };
}

/** Runs `work` with a signal that Ctrl-C aborts. */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const abort = (): void => interrupt.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    return await work(interrupt.signal);
  } finally {
    process.removeListener('SIGINT', abort);
    process.removeListener('SIGTERM', abort);
  }
}

const LINES_EVERY_MS = 10_000;

/** A line now and then, with the time left. */
export function progressLines(output: Output): (progress: SweepProgress) => void {
  let last = -Infinity;
  return ({ done, failed, total, secondsLeft }) => {
    if (secondsLeft > 0 && performance.now() - last < (output.interactive ? 1000 : LINES_EVERY_MS)) return;
    last = performance.now();
    const bad = failed === 0 ? '' : `, ${String(failed)} failed`;
    output.line(`${String(done)}/${String(total)} trials${bad}, ${formatSeconds(secondsLeft)} left`);
  };
}

function noWorkers(): NetwrightError {
  return new NetwrightError({
    code: 'cli.workers',
    operation: 'sweep',
    expected: 'at least one worker on this machine, or --redis with workers elsewhere',
    received: '--workers 0',
  });
}
