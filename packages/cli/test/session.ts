// A session whose output is kept, with a small dataset of its own.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Architecture } from '@netwright/arch';
import { tensorDataset, type Dataset, type DataSource } from '@netwright/data';
import { BUILT_IN, mergePlugins, run, type Plugins, type Session } from '@netwright/cli';

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Images of 8 x 8 pixels whose left or right half is bright. */
function halves(count: number): Dataset {
  const images = new Uint8Array(count * 64);
  const labels = Int32Array.from({ length: count }, (_, sample) => sample % 2);
  labels.forEach((label, sample) => {
    for (let pixel = 0; pixel < 64; pixel++) {
      const bright = Math.floor((pixel % 8) / 4) === label;
      images[sample * 64 + pixel] = (bright ? 160 : 20) + ((sample * 31 + pixel * 17) % 60);
    }
  });
  return tensorDataset({ name: 'halves', images, labels, shape: [1, 8, 8], classes: ['left', 'right'] });
}

const plugins: Plugins = mergePlugins(BUILT_IN, {
  datasets: {
    halves: (): DataSource => ({
      name: 'halves',
      load: () => Promise.resolve({ train: halves(48), test: halves(20) }),
    }),
  },
});

export function temporaryDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), 'netwright-cli-'));
}

/** Runs a command line in `directory`. */
export function runIn(directory: string, ...args: readonly string[]): Promise<Run> {
  return runWith([], directory, ...args);
}

/** Runs a command line in `directory`, with further architectures. */
export async function runWith(
  architectures: readonly Architecture[],
  directory: string,
  ...args: readonly string[]
): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const session: Session = {
    output: {
      line: (text) => void out.push(text),
      error: (text) => void err.push(text),
      interactive: false,
      columns: 100,
    },
    directory,
    plugins: () => Promise.resolve(mergePlugins(plugins, { architectures })),
  };
  const code = await run(args, session);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

export const TRAIN = [
  'train',
  '--model',
  'tiny',
  '--data',
  'halves',
  '--backend',
  'cpu:threads=1',
  '--batch-size',
  '16',
] as const;
