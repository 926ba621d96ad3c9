// Replacing a file so that a crash at any moment leaves the old content or the new, whole.

import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';

/**
 * Writes a file through a temporary one in the same directory: write, flush to disk, rename, flush the directory. The
 * temporary file is named `.NAME.tmp`; one that a crash left behind is overwritten by the next write. Only one writer of a
 * file may be at work at a time.
 *
 * @throws NetwrightError `write.full` (no space or quota left), `write.denied` (no permission, or read-only), `write.path`
 *   (no such directory, or the path is a directory), `write.failed` (anything else). The old content is then still there.
 */
export async function writeDurably(file: string, content: Uint8Array | string): Promise<void> {
  const directory = path.dirname(file);
  const temporary = path.join(directory, `.${path.basename(file)}.tmp`);
  try {
    try {
      await writeAndFlush(temporary, content);
      await rename(temporary, file);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw cause;
    }
    await flushDirectory(directory);
  } catch (cause) {
    throw describe(file, cause);
  }
}

async function writeAndFlush(file: string, content: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A renamed file is only sure to be found after a crash once its directory is on disk. Windows cannot flush directories and does not need to. */
async function flushDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Failure {
  readonly code: string;
  readonly expected: string;
  readonly hint: string;
}

const FAILURES: Readonly<Record<string, Failure>> = {
  full: { code: 'write.full', expected: 'enough space', hint: 'free some space, or write to another disk' },
  denied: {
    code: 'write.denied',
    expected: 'a directory that can be written to',
    hint: 'choose another place, or change its permissions',
  },
  path: {
    code: 'write.path',
    expected: 'a file name in a directory that exists',
    hint: 'create the directory, or correct the path',
  },
  failed: { code: 'write.failed', expected: 'a disk that accepts the file', hint: 'see the cause' },
};

const FAILURE_OF_CODE: Readonly<Partial<Record<string, keyof typeof FAILURES>>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOENT: 'path',
  ENOTDIR: 'path',
  EISDIR: 'path',
  ENAMETOOLONG: 'path',
};

function describe(file: string, cause: unknown): NetwrightError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return new NetwrightError({
    operation: 'writeDurably',
    scope: file,
    ...FAILURES[FAILURE_OF_CODE[code] ?? 'failed'],
    received: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
