// Reports of studies, from the results in `data`.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readResults } from '@netwright/search/node';
import { SPACES } from '../run-studies.ts';
import { measuredSection } from './measured.ts';
import { nasSections, type Search } from './nas.ts';
import type { ReportSection } from './report.ts';
import { spacesSections } from './spaces.ts';
import { surfacesSections, type MeasuredSurface } from './surfaces.ts';

/** Sweeps of each study whose results are kept as they are. */
export const SWEEPS: Readonly<Record<string, readonly string[]>> = {
  spaces: SPACES.map((space) => `spaces-${space}`),
  scaling: ['scaling-equal', 'scaling-grid', 'scaling-widths'],
  groups: ['groups'],
};

/** Sections for what is there of a study in the directory `data`; none where nothing is. */
export async function reportOf(study: string, data: string): Promise<readonly ReportSection[]> {
  const sweeps = await Promise.all(
    (SWEEPS[study] ?? [])
      .map((name) => ({ name, file: path.join(data, `${name}.json`) }))
      .filter(({ file }) => existsSync(file))
      .map(async ({ name, file }) => ({ name, results: await readResults(file) })),
  );
  switch (study) {
    case 'spaces':
      return spacesSections(sweeps.map(({ results }) => results));
    case 'nas':
      return nasSections(await readList<Search>(path.join(data, 'nas.json')));
    case 'surfaces':
      return surfacesSections(await readList<MeasuredSurface>(path.join(data, 'surfaces.json')));
    default:
      return sweeps.map(({ name, results }) => measuredSection(name, results));
  }
}

async function readList<T>(file: string): Promise<readonly T[]> {
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as readonly T[]) : [];
}
