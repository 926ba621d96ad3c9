// Results of studies in compact form, as the repository keeps them.

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { costOfModel, type Configuration } from '@netwright/search';
import { formatResults, readResults, type SweepResults } from '@netwright/search/node';
import { METHODS } from '../run-studies.ts';
import { CELLS } from '../sweeps/cells.ts';
import type { Search } from './nas.ts';
import { SWEEPS } from './studies.ts';
import type { MeasuredSurface } from './surfaces.ts';

/** What `netwright nas` writes, as far as it is kept. */
interface SearchFile {
  readonly method: string;
  readonly seed: number;
  readonly evaluations: readonly { readonly configuration: Configuration; readonly reward: number }[];
  readonly steps: readonly { readonly reward: number }[];
}

/** Writes what is there of a study in `out` to `data`, numbers to six digits; gives the files. */
export async function keepResults(study: string, out: string, data: string): Promise<readonly string[]> {
  await mkdir(data, { recursive: true });
  const written: string[] = [];
  const keep = async (name: string, text: string): Promise<void> => {
    const file = path.join(data, `${name}.json`);
    await writeFile(file, text);
    written.push(file);
  };
  for (const name of SWEEPS[study] ?? []) {
    if (!existsSync(path.join(out, name, 'results.json'))) continue;
    await keep(name, formatResults(rounded(await readResults(path.join(out, name)))));
  }
  if (study === 'nas') {
    const searches = await searchesIn(path.join(out, 'nas'));
    if (searches.length > 0) await keep('nas', listOf(searches));
  }
  const landscapes = path.join(out, 'landscapes.json');
  if (study === 'surfaces' && existsSync(landscapes)) {
    const measured = JSON.parse(await readFile(landscapes, 'utf8')) as readonly Omit<MeasuredSurface, 'accuracy'>[];
    const kept = measured.map(async ({ model, images, surface, roughness }): Promise<MeasuredSurface> => {
      const accuracy = await accuracyOf(path.join(out, `surface-${model}`));
      return { model, images, accuracy, surface, roughness };
    });
    await keep('surfaces', listOf(await Promise.all(kept)));
  }
  return written;
}

/** Of a run, on the test images. */
async function accuracyOf(run: string): Promise<number> {
  const lines = (await readFile(path.join(run, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { readonly kind: string; readonly accuracy: number });
  return events.findLast(({ kind }) => kind === 'test')?.accuracy ?? NaN;
}

async function searchesIn(directory: string): Promise<readonly Search[]> {
  const found: Search[] = [];
  for (const seed of [0, 1, 2]) {
    for (const method of METHODS) {
      const file = path.join(directory, `nas-${method}-${String(seed)}.json`);
      if (!existsSync(file)) continue;
      const { evaluations, steps } = JSON.parse(await readFile(file, 'utf8')) as SearchFile;
      found.push({
        method,
        seed,
        rewards: evaluations.map(({ reward }) => reward),
        macs: evaluations.map(({ configuration }) => costOfModel(CELLS.decode(configuration)).macs),
        updates: steps.map(({ reward }) => reward),
      });
    }
  }
  return found;
}

function rounded(results: SweepResults): SweepResults {
  return JSON.parse(JSON.stringify(results, sixDigits)) as SweepResults;
}

/** One item on a line. */
function listOf(items: readonly unknown[]): string {
  return `[\n${items.map((item) => JSON.stringify(item, sixDigits)).join(',\n')}\n]\n`;
}

function sixDigits(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
