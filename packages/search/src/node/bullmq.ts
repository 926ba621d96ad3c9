// BullMQ, loaded only when a Redis URL is given.

import { connect } from 'node:net';
import { NetwrightError } from '@netwright/ir';
import type * as Bullmq from 'bullmq';
import type { Queue, Worker } from 'bullmq';
import type { Outcome, Trial } from '../sweep/definition.ts';
import type { SweepReference } from './worker-protocol.ts';

/** The name of the queue in Redis, where none is given. */
export const DEFAULT_QUEUE = 'netwright';

/** What a job carries. The file is relative to the directory in which sweep and workers are started. */
export interface RedisJob {
  /** Of the sweep's directory. */
  readonly id: string;
  readonly sweep: SweepReference;
  readonly trial: Trial;
}

/** What a worker says of a trial, as it stands in Redis. */
export interface RedisResult {
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly seconds: number;
  readonly worker: string;
}

export type TrialQueue = Queue<RedisJob, RedisResult>;
export type TrialWorker = Worker<RedisJob, RedisResult>;

/** @throws NetwrightError `sweep.bullmq` when it is not installed. */
export async function loadBullmq(): Promise<typeof Bullmq> {
  try {
    return await import('bullmq');
  } catch (cause) {
    throw new NetwrightError({
      code: 'sweep.bullmq',
      operation: 'sweep',
      expected: 'the packages bullmq and ioredis',
      received: cause instanceof Error ? cause.message : String(cause),
      hint: 'npm install bullmq ioredis',
      cause,
    });
  }
}

/** Options of a connection that waits for Redis to come back, however long that takes. */
export function connectionTo(url: string): {
  readonly url: string;
  readonly maxRetriesPerRequest: null;
  readonly retryStrategy: (times: number) => number;
} {
  return { url, maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(100 * times, 2000) };
}

/** Rejects with `sweep.redis` unless a server takes connections at the address, so that nothing waits for one that is not there. */
export async function requireRedis(url: string, seconds = 10): Promise<void> {
  const refused = await new Promise<string | undefined>((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: port === '' ? 6379 : Number(port), timeout: seconds * 1000 });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', ({ message }) => resolve(message));
    socket.once('timeout', () => {
      socket.destroy();
      resolve(`no answer within ${String(seconds)} seconds`);
    });
  });
  if (refused === undefined) return;
  throw new NetwrightError({
    code: 'sweep.redis',
    operation: 'sweep',
    expected: 'a Redis server',
    received: `${url.replace(/\/\/.*@/, '//')}: ${refused}`,
    hint: 'start one with redis-server --appendonly yes, and give its address as redis://HOST:6379',
  });
}
