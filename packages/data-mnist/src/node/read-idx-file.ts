// IDX files on disk, plain or gzipped.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { NetwrightError } from '@netwright/ir';
import type { IdxFile } from '../idx/idx-dataset.ts';

/** The spellings under which `train-images-idx3-ubyte` is found in the wild. */
export function spellings(name: string): readonly string[] {
  const dotted = name.replace('-idx', '.idx');
  return [name, `${name}.gz`, dotted, `${dotted}.gz`];
}

/**
 * The first of a file's spellings that a directory has, unpacked when it is gzipped.
 *
 * @returns undefined when the directory has none of them.
 * @throws NetwrightError `idx.read` when a file is there and cannot be read, `idx.gzip` when it is gzipped and damaged.
 */
export async function readIdxFile(directory: string, name: string): Promise<IdxFile | undefined> {
  for (const spelling of spellings(name)) {
    const file = path.join(directory, spelling);
    const bytes = await readIfPresent(file);
    if (bytes !== undefined) return { name: file, bytes: isGzip(bytes) ? await unpack(file, bytes) : bytes };
  }
  return undefined;
}

async function readIfPresent(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new NetwrightError({
      code: 'idx.read',
      operation: 'readIdxFile',
      scope: file,
      expected: 'a file that can be read',
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function unpack(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes);
  } catch (cause) {
    throw new NetwrightError({
      code: 'idx.gzip',
      operation: 'readIdxFile',
      scope: file,
      expected: 'a gzip file',
      received: `${String(bytes.length)} bytes that do not unpack: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'the file is damaged; fetch it again',
      cause,
    });
  }
}
