import { openRedisWorker } from '@netwright/search/node';
import { formatSeconds } from '../progress.ts';
import { EXIT, type Session } from '../session.ts';
import { WORKER_PROGRAM, withInterrupt } from './sweep.ts';

export interface WorkerArguments {
  readonly redis: string;
  readonly queue?: string;
  readonly workers: number;
  readonly lockSeconds?: number;
  readonly attempts?: number;
}

/** Takes trials from Redis until it is stopped, or gets one that it cannot run. */
export async function workerCommand({ output, directory }: Session, args: WorkerArguments): Promise<number> {
  const { redis: url, queue, workers, lockSeconds, attempts } = args;
  return withInterrupt(async (signal) => {
    const worker = await openRedisWorker({
      url,
      workers,
      directory,
      program: WORKER_PROGRAM,
      ...(queue === undefined ? {} : { queue }),
      ...(lockSeconds === undefined ? {} : { lockSeconds }),
      ...(attempts === undefined ? {} : { attempts }),
      onTrial: ({ index }, { outcome, seconds }) => {
        const end = outcome.kind === 'done' ? 'done' : `failed (${outcome.code})`;
        output.line(`trial ${String(index)} ${end} in ${formatSeconds(seconds)}`);
      },
    });
    output.line(`waiting for trials, ${String(workers)} at a time`);
    try {
      await Promise.race([
        worker.failed,
        new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
      ]);
      return EXIT.ok;
    } finally {
      await worker.close();
    }
  });
}
