// A training process that is killed again and again, and must end as if it never was.

import { existsSync, watch } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { startCli, type Ended } from './cli-process.ts';

export interface KillOptions {
  readonly directory: string;
  readonly threads: number;
  /** Kills at moments drawn uniformly over the run. */
  readonly uniform: number;
  /** Kills while a checkpoint is being written, drawn in the same way. */
  readonly inCheckpoint: number;
  readonly epochs: number;
  readonly seed?: number;
}

export interface KillReport {
  /** Kills that hit a running process. */
  readonly kills: number;
  /** Of these, those before the first checkpoint. */
  readonly anew: number;
  /** Of these, those that left an unfinished checkpoint behind. */
  readonly unfinished: number;
}

const STEPS_BETWEEN = 2;

/**
 * Trains without interruption, then the same run under SIGKILL, and expects the same bytes of the final model, the best model and the log (but for its
 * clock).
 */
export async function expectKillsHarmless(options: KillOptions): Promise<KillReport> {
  const { directory, threads, epochs, uniform, inCheckpoint } = options;
  const args = (name: string): readonly string[] =>
    `train --model tiny --backend cpu:threads=${String(threads)} --limit 96 --validation 32 --batch-size 8 --augment crop
     --data mnist:limit=96 --epochs ${String(epochs)} --checkpoint-steps ${String(STEPS_BETWEEN)} --name ${name}`.split(
      /\s+/,
    );
  await mkdir(directory, { recursive: true });
  expectSuccess(await startCli(args('whole'), directory).ended);
  const whole = path.join(directory, 'runs', 'whole');
  const length = (await stat(path.join(whole, 'metrics.jsonl'))).size;

  const random = uniformNumbers(options.seed ?? 1);
  const run = path.join(directory, 'runs', 'cut');
  const checkpoint = path.join(run, 'checkpoint.safetensors');
  const temporary = path.join(run, '.checkpoint.safetensors.tmp');
  const kills = Array.from({ length: uniform + inCheckpoint }, (_, index) => ({
    at: 0.95 * random() * length,
    inCheckpoint: index < inCheckpoint,
  })).sort((a, b) => a.at - b.at);
  const report = { kills: 0, anew: 0, unfinished: 0 };
  for (const kill of kills) {
    const resume = existsSync(checkpoint) ? ['--resume'] : [];
    const { child, ended } = startCli([...args('cut'), ...resume], directory);
    const stop = new AbortController();
    const moment = progressTo(run, kill.at, stop.signal).then(() =>
      kill.inCheckpoint ? writeOf(run, path.basename(temporary), stop.signal) : sleep(40 * random()),
    );
    const outcome = await Promise.race([moment.then(() => 'now' as const), ended]);
    if (outcome === 'now') child.kill('SIGKILL');
    stop.abort();
    const end = await ended;
    if (end.signal !== 'SIGKILL') {
      expectSuccess(end);
      continue;
    }
    report.kills++;
    if (!existsSync(checkpoint)) report.anew++;
    if (existsSync(temporary)) report.unfinished++;
  }
  const resume = existsSync(checkpoint) ? ['--resume'] : [];
  expectSuccess(await startCli([...args('cut'), ...resume], directory).ended);

  for (const file of ['model.safetensors', 'best.safetensors', 'model.json']) {
    const [expected, received] = await Promise.all([whole, run].map((place) => readFile(path.join(place, file))));
    expect(received.equals(expected), file).toBe(true);
  }
  const [expected, received] = await Promise.all([whole, run].map(logOf));
  expect(received).toBe(expected);
  return report;
}

/** Resolves when the log of the run has grown by a first line and is `bytes` long, or once aborted. */
async function progressTo(run: string, bytes: number, signal: AbortSignal): Promise<void> {
  const size = (): Promise<number> =>
    stat(path.join(run, 'metrics.jsonl')).then(
      (stats) => stats.size,
      () => -1,
    );
  // The log of the process before is cut to its last checkpoint first; growth shows that this one is at work.
  let lowest = Infinity;
  while (!signal.aborted) {
    const now = await size();
    lowest = Math.min(lowest, now < 0 ? Infinity : now);
    if (now >= bytes && now > lowest) return;
    await sleep(2);
  }
}

/** Resolves when the file `name` is written in the directory, or once aborted. */
async function writeOf(directory: string, name: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const watcher = watch(directory);
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    watcher.on('change', (_, file) => {
      if (file === name) resolve();
    });
  });
  watcher.close();
}

function expectSuccess({ code, output }: Ended): void {
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
}

async function logOf(run: string): Promise<string> {
  return (await readFile(path.join(run, 'metrics.jsonl'), 'utf8')).replaceAll(/,"seconds":[^,}]+/g, '');
}

/** Numbers in [0, 1) that are the same every time. */
function uniformNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
