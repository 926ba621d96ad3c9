// Worker threads of Node. Browsers get `spawn-worker-browser.ts` instead, through the package's `imports`.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import { workerSource, type FromWorker, type ToWorker } from './worker-source.ts';

export interface WorkerHandle {
  post(message: ToWorker): void;
  /** Whether the process stays alive for this worker. */
  hold(alive: boolean): void;
  terminate(): void;
}

export interface WorkerEvents {
  onMessage(message: FromWorker): void;
  /** The worker will not answer any more. */
  onDeath(reason: string): void;
}

const preamble = `const { parentPort } = require('node:worker_threads');
const post = (message) => parentPort.postMessage(message);
const listen = (handler) => parentPort.on('message', handler);`;

export function spawnWorker({ onMessage, onDeath }: WorkerEvents): WorkerHandle {
  const worker = new Worker(workerSource(preamble), { eval: true, name: 'netwright-cpu' });
  worker.on('message', (message: FromWorker) => onMessage(message));
  worker.on('error', (error) => onDeath(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => onDeath(`exit code ${String(code)}`));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

/** Threads that this machine can run at once. */
export function availableThreads(): number {
  return availableParallelism();
}

/** Whether the calling thread may sleep on shared memory. */
export const mayBlock = true;
