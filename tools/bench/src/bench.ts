// All works, one after the other.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { machineFacts } from './machine.ts';
import { measure, type Measurement, type MeasureOptions } from './measure.ts';
import type { Clock, Report } from './report.ts';
import type { Work } from './work.ts';

export interface BenchOptions extends Omit<MeasureOptions, 'threads' | 'folder'> {
  readonly works: readonly Work[];
  readonly threads: readonly number[];
  readonly clock: Clock;
}

/** Measures every work at every number of threads; temporary files are removed. */
export async function bench(options: BenchOptions): Promise<Report> {
  const { works, threads, clock, rounds, onProgress } = options;
  const machine = machineFacts();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'netwright-bench-'));
  const measurements: Measurement[] = [];
  try {
    for (const work of works) {
      for (const count of threads) {
        onProgress?.(`${work.title}, ${String(count)} ${count === 1 ? 'thread' : 'threads'}`);
        measurements.push(...(await measure(work, { ...options, threads: count, folder })));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { machine, clock, rounds, measurements };
}
