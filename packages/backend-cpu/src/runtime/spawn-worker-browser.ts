// Web Workers, made from a Blob.

import type { WorkerEvents, WorkerHandle } from './spawn-worker.ts';
import { workerSource, type FromWorker } from './worker-source.ts';

const preamble = `const post = (message) => self.postMessage(message);
const listen = (handler) => { self.onmessage = ({ data }) => handler(data); };`;

export function spawnWorker({ onMessage, onDeath }: WorkerEvents): WorkerHandle {
  const url = URL.createObjectURL(new Blob([workerSource(preamble)], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'netwright-cpu' });
  URL.revokeObjectURL(url);
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => onMessage(data);
  worker.onerror = ({ message }) => onDeath(message);
  return {
    post: (message) => worker.postMessage(message),
    hold: () => undefined,
    terminate: () => worker.terminate(),
  };
}

/** Threads that this machine can run at once. */
export function availableThreads(): number {
  return navigator.hardwareConcurrency;
}

/** A window's main thread may not sleep on shared memory; a worker's may. */
export const mayBlock = typeof window === 'undefined';
