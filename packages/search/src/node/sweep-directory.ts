// A sweep on disk: what it is, one file for each trial, and all results in one.

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';
import { writeDurably } from '@netwright/weights/node';
import type { JsonObject, Outcome, SweepOptions, TrialRecord } from '../sweep/definition.ts';
import type { SweepHash } from './load-sweep.ts';

const VERSION = 1;

/** What must be the same for a sweep to be continued. */
export interface SweepIdentity {
  readonly name: string;
  /** File name without its directory. */
  readonly file: string;
  readonly hash: SweepHash;
  readonly options: SweepOptions;
  /** Backend and target. */
  readonly target: string;
}

/** What `sweep.json` says. */
export interface SweepDescription extends SweepIdentity {
  readonly schemaVersion: number;
  /** Tells the jobs of this directory from others of the same file. */
  readonly id: string;
}

/** One trial as results hold it: nothing that depends on circumstances. */
export interface SweepResult {
  readonly configuration: JsonObject;
  readonly seed: number;
  readonly outcome: Outcome;
}

/** What `results.json` says: every trial that is recorded, in the order of the trials. */
export interface SweepResults {
  readonly name: string;
  readonly file: string;
  readonly options: SweepOptions;
  readonly target: string;
  /** Trials that the sweep has; fewer are recorded while it is unfinished. */
  readonly trials: number;
  readonly results: readonly SweepResult[];
}

/** Open it with {@link openSweepDirectory}. */
export class SweepDirectory {
  readonly path: string;
  readonly description: SweepDescription;
  private readonly known: Map<string, TrialRecord>;

  constructor(directory: string, description: SweepDescription, known: Map<string, TrialRecord>) {
    this.path = directory;
    this.description = description;
    this.known = known;
  }

  get records(): readonly TrialRecord[] {
    return [...this.known.values()].sort((a, b) => a.trial.index - b.trial.index);
  }

  find(key: string): TrialRecord | undefined {
    return this.known.get(key);
  }

  /** Puts a record on disk, whole or not at all; it counts from then on. A trial that has one keeps it. */
  async add(record: TrialRecord): Promise<TrialRecord> {
    const { key } = record.trial;
    const existing = this.known.get(key);
    if (existing !== undefined) return existing;
    await writeDurably(path.join(this.path, 'trials', `${key}.json`), `${JSON.stringify(record)}\n`);
    this.known.set(key, record);
    return record;
  }

  /** Removes the records of failed trials, so that they run again; gives their number. */
  async forgetFailures(): Promise<number> {
    const failed = this.records.filter(({ outcome }) => outcome.kind === 'failed');
    for (const { trial } of failed) {
      await rm(path.join(this.path, 'trials', `${trial.key}.json`));
      this.known.delete(trial.key);
    }
    return failed.length;
  }

  /** Writes `results.json`: the same bytes for the same trials, whoever ran them. */
  async writeResults(trials: number): Promise<string> {
    const { name, file, options, target } = this.description;
    const results: SweepResults = {
      name,
      file,
      options,
      target,
      trials,
      results: this.records.map(({ trial: { configuration, seed }, outcome }) => ({ configuration, seed, outcome })),
    };
    const place = path.join(this.path, 'results.json');
    await writeDurably(place, formatResults(results));
    return place;
  }
}

/** Compact JSON with one trial on a line. */
export function formatResults({ results, ...rest }: SweepResults): string {
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head},"results":[\n${results.map((result) => JSON.stringify(result)).join(',\n')}\n]}\n`;
}

/**
 * Opens a directory for a sweep, or the one that is there for the same sweep. Records that a crash left unfinished are ignored.
 *
 * @throws NetwrightError `sweep.changed` when it holds another sweep, or one of another file, lock file, target or options.
 */
export async function openSweepDirectory(directory: string, identity: SweepIdentity): Promise<SweepDirectory> {
  await mkdir(path.join(directory, 'trials'), { recursive: true });
  const place = path.join(directory, 'sweep.json');
  const text = await readFile(place, 'utf8').catch(() => undefined);
  if (text === undefined) {
    const description = { schemaVersion: VERSION, id: randomUUID(), ...identity };
    await writeDurably(place, `${JSON.stringify(description, undefined, 2)}\n`);
    return new SweepDirectory(directory, description, new Map());
  }
  const description = JSON.parse(text) as SweepDescription;
  const reasons = (['name', 'file', 'hash', 'options', 'target'] as const).flatMap((field) => {
    const [before, now] = [description[field], identity[field]].map((value) => JSON.stringify(value));
    return before === now ? [] : [`${field} was ${before}, is ${now}`];
  });
  if (reasons.length > 0) {
    throw new NetwrightError({
      code: 'sweep.changed',
      operation: 'openSweepDirectory',
      scope: directory,
      expected: 'the directory of this sweep, or an empty one',
      received: `the directory of ${description.name}`,
      reasons,
      hint: 'results of two versions do not mix: choose another --out, or go back to the version that was started',
    });
  }
  return new SweepDirectory(directory, description, await readRecords(path.join(directory, 'trials')));
}

/**
 * Results of a finished or unfinished sweep: a directory, or a file of results.
 *
 * @throws NetwrightError `sweep.results` when there are none.
 */
export async function readResults(place: string): Promise<SweepResults> {
  const file = place.endsWith('.json') ? place : path.join(place, 'results.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as SweepResults;
  } catch (cause) {
    throw new NetwrightError({
      code: 'sweep.results',
      operation: 'readResults',
      scope: place,
      expected: 'the directory of a sweep, or its results.json',
      received: cause instanceof Error ? cause.message : String(cause),
      hint: 'netwright sweep FILE --out DIR writes it',
      cause,
    });
  }
}

async function readRecords(directory: string): Promise<Map<string, TrialRecord>> {
  const records = new Map<string, TrialRecord>();
  for (const name of await readdir(directory)) {
    if (name.startsWith('.') || !name.endsWith('.json')) continue;
    const record = JSON.parse(await readFile(path.join(directory, name), 'utf8')) as TrialRecord;
    records.set(record.trial.key, record);
  }
  return records;
}
