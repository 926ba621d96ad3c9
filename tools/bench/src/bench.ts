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
  /** Called after each work at each number of threads with all that is measured so far. */
  readonly onMeasured?: (report: Report) => Promise<void>;
}

/** Measures every work at every number of threads; temporary files are removed. */
export async function bench(options: BenchOptions): Promise<Report> {
  const { works, threads, clock, onProgress, onMeasured } = options;
  const machine = machineFacts();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'netwright-bench-'));
  const measurements: Measurement[] = [];
  try {
    for (const work of works) {
      for (const count of threads) {
        onProgress?.(`${work.title}, ${String(count)} ${count === 1 ? 'thread' : 'threads'}`);
        measurements.push(...(await measure(work, { ...options, threads: count, folder })));
        await onMeasured?.({ machine, clock, measurements: [...measurements] });
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { machine, clock, measurements };
}
