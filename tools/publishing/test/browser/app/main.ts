// The page: a worker trains, and this thread waits.

import type { Outcome } from './training.ts';
import type { Request } from './worker.ts';

export interface PageResult {
  readonly isolated: boolean;
  readonly outcome: Outcome;
}

async function trainInWorker(threads: number): Promise<PageResult> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  try {
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }: MessageEvent<{ outcome: Outcome } | { failure: string }>) => {
        if ('outcome' in data) resolve(data.outcome);
        else reject(new Error(data.failure));
      };
      worker.postMessage({ threads } satisfies Request);
    });
    return { isolated: crossOriginIsolated, outcome };
  } finally {
    worker.terminate();
  }
}

/** Keeps the main thread busy in one task. */
async function block(steps: number): Promise<number> {
  return new Promise((resolve) =>
    setTimeout(() => {
      let sum = 0;
      for (let step = 0; step < steps; step++) sum += Math.sqrt(step);
      resolve(sum);
    }),
  );
}

Object.assign(globalThis, { netwright: { trainInWorker, block } });
