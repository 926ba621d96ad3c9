// Files of an oracle directory.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readSafetensors, type SafetensorsTensor } from '@netwright/weights';

/** A JSON file; its layout is described in the oracle's README. */
export async function readJson<T>(directory: string, file: string): Promise<T> {
  return JSON.parse(await readFile(path.join(directory, file), 'utf8')) as T;
}

export async function readTensors(directory: string, file: string): Promise<ReadonlyMap<string, SafetensorsTensor>> {
  return readSafetensors(await readFile(path.join(directory, file))).tensors;
}
