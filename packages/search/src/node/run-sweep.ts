// All trials of a sweep, each recorded once.

import path from 'node:path';
import { isNetwrightError } from '@netwright/ir';
import { targetOf } from '@netwright/train';
import type { SweepDefinition, SweepOptions, Trial } from '../sweep/definition.ts';
import { trialsOf } from './trials.ts';
import { hashSweep, loadSweep, type ImportModule } from './load-sweep.ts';
import type { TrialRunner } from './process-pool.ts';
import { openSweepDirectory, type SweepDirectory } from './sweep-directory.ts';
import type { SweepReference } from './worker-protocol.ts';

/** A sweep whose file is loaded, with its directory. */
export interface OpenSweep {
  readonly definition: SweepDefinition;
  readonly reference: SweepReference;
  readonly directory: SweepDirectory;
}

/** A sweep file, and where its results go. */
export interface OpenSweepOptions {
  /** Absolute path of the sweep file. */
  readonly file: string;
  readonly options?: SweepOptions;
  /** Where records and results are kept; what is there of the same sweep is continued. */
  readonly out: string;
  readonly load?: ImportModule;
}

/** Loads a sweep and opens its directory. Errors: `sweep.file`, `sweep.changed`. */
export async function openSweep({ file, options = {}, out, load }: OpenSweepOptions): Promise<OpenSweep> {
  const hash = await hashSweep(file);
  const definition = await loadSweep(file, options, load);
  const backend = definition.backend();
  const target = targetOf(backend);
  await backend.dispose();
  const { name } = definition;
  const directory = await openSweepDirectory(out, { name, file: path.basename(file), hash, options, target });
  return { definition, reference: { file, options, hash, target }, directory };
}

/** How far a sweep is. */
export interface SweepProgress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** Of this and the trials before it, at the pace since the start; of those that this run takes on. */
  readonly secondsLeft: number;
}

/** A sweep, and who runs its trials. */
export interface RunSweepOptions {
  readonly sweep: OpenSweep;
  readonly runner: TrialRunner;
  /** Trials to run this time, the first of those that are left. Default all. */
  readonly limit?: number;
  readonly onProgress?: (progress: SweepProgress) => void;
  /** Stops: trials that are not complete run again next time. */
  readonly signal?: AbortSignal;
}

/** How a run of a sweep ended; counts are of all trials, those of earlier runs included. */
export interface SweepSummary {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly interrupted: boolean;
  /** `results.json`. */
  readonly results: string;
}

/** Runs what is not on record yet. The runner is closed at the end. Errors: `sweep.configuration`, and those of the runner. */
export async function runSweep(options: RunSweepOptions): Promise<SweepSummary> {
  const { sweep, runner, limit = Infinity, onProgress, signal } = options;
  const { definition, directory } = sweep;
  const trials = trialsOf(definition.trials());
  const left = trials.filter(({ key }) => directory.find(key) === undefined).slice(0, limit);
  const started = performance.now();
  let completed = 0;
  const stop = (): void => void runner.close();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  const runOne = async (trial: Trial): Promise<void> => {
    await directory.add(await runner.run(trial));
    await runner.recorded?.(trial);
    completed++;
    const seconds = (performance.now() - started) / 1000;
    onProgress?.({
      ...countOf(directory, trials.length),
      secondsLeft: (seconds / completed) * (left.length - completed),
    });
  };
  let interrupted = false;
  try {
    const settled = await Promise.allSettled(left.map(runOne));
    for (const one of settled) {
      if (one.status === 'fulfilled') continue;
      if (signal?.aborted !== true || !isNetwrightError(one.reason, 'sweep.closed')) throw one.reason;
      interrupted = true;
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    await runner.close();
  }
  return { ...countOf(directory, trials.length), interrupted, results: await directory.writeResults(trials.length) };
}

function countOf(directory: SweepDirectory, total: number): { done: number; failed: number; total: number } {
  const { records } = directory;
  return { done: records.length, failed: records.filter(({ outcome }) => outcome.kind === 'failed').length, total };
}
