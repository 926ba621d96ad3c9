// A sweep file, and the hashes by which workers know that theirs is the same.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { NetwrightError } from '@netwright/ir';
import { sweepOf, type SweepDefinition, type SweepOptions } from '../sweep/definition.ts';

/** What two machines compare to know that they run the same sweep. */
export interface SweepHash {
  /** SHA-256 of the file. */
  readonly file: string;
  /** SHA-256 of the nearest lock file above it; empty without one. */
  readonly lock: string;
}

/** Imports a module; the command line's also reads TypeScript. */
export type ImportModule = (file: string) => Promise<unknown>;

const LOCK_FILES = ['pnpm-lock.yaml', 'package-lock.json', 'yarn.lock', 'bun.lock'];

/** The file by `import`, as Node loads it. */
export const importModule: ImportModule = (file) => import(pathToFileURL(file).href) as Promise<unknown>;

/**
 * The sweep that a file exports as default, made with `options` where that is a function.
 *
 * @throws NetwrightError `sweep.file` when the file cannot be read or imported, or exports no sweep.
 */
export async function loadSweep(
  file: string,
  options: SweepOptions,
  load: ImportModule = importModule,
): Promise<SweepDefinition> {
  let module: unknown;
  try {
    module = await load(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return sweepOf(module, file, options);
}

/**
 * Hashes of a sweep file and of the lock file nearest above it.
 *
 * @throws NetwrightError `sweep.file` when the file cannot be read.
 */
export async function hashSweep(file: string): Promise<SweepHash> {
  let content: Uint8Array;
  try {
    content = await readFile(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return { file: sha256(content), lock: await hashLockFile(path.dirname(file)) };
}

/**
 * Compares what a sweep was started with with what this machine has.
 *
 * @throws NetwrightError `sweep.hash` when a worker's file or lock file is not the sweep's.
 */
export function requireSameHash(file: string, expected: SweepHash, own: SweepHash): void {
  const reasons = [
    ...(expected.file === own.file ? [] : [`the file is ${own.file.slice(0, 12)}, not ${expected.file.slice(0, 12)}`]),
    ...(expected.lock === own.lock
      ? []
      : [`the lock file is ${own.lock.slice(0, 12) || 'missing'}, not ${expected.lock.slice(0, 12) || 'missing'}`]),
  ];
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'sweep.hash',
    operation: 'worker',
    scope: file,
    expected: 'the sweep file and lock file that the sweep was started with',
    received: 'other ones',
    reasons,
    hint: 'bring this machine to the same commit, and install its dependencies',
  });
}

async function hashLockFile(directory: string): Promise<string> {
  for (const name of LOCK_FILES) {
    const content = await readFile(path.join(directory, name)).catch(() => undefined);
    if (content !== undefined) return sha256(content);
  }
  const parent = path.dirname(directory);
  return parent === directory ? '' : hashLockFile(parent);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function unreadable(file: string, cause: unknown): NetwrightError {
  return new NetwrightError({
    code: 'sweep.file',
    operation: 'loadSweep',
    scope: file,
    expected: 'an ES module',
    received: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
