// Compiled libraries in the user's cache directory. A file's name holds the hash of what it was made from and the hash of its
// bytes, so that one that was cut short or changed is noticed and made again.

import { createHash, randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** Beyond this many libraries or bytes, those used least recently are removed down to three quarters. */
const mostLibraries = 4_000;
const mostBytes = 2 ** 30;
const abandonedMilliseconds = 3_600_000;
const suffix = '.lib';

/** `$XDG_CACHE_HOME/netwright/native`, or the same in `~/.cache`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string {
  const given = environment['XDG_CACHE_HOME'];
  const base = given !== undefined && path.isAbsolute(given) ? given : path.join(homedir(), '.cache');
  return path.join(base, 'netwright', 'native');
}

export class LibraryCache {
  readonly directory: string;

  /** Throws where the directory cannot be made or written to, or where other users could put code into it. */
  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const { uid, mode } = statSync(directory);
    if ((process.getuid !== undefined && uid !== process.getuid()) || (mode & 0o022) !== 0)
      throw new Error(`${directory} can be written to by other users`);
  }

  /** Path of an intact library made from `key`. */
  find(key: string): string | undefined {
    for (const name of readdirSync(this.directory)) {
      if (!name.startsWith(`${key}.`) || !name.endsWith(suffix)) continue;
      const file = path.join(this.directory, name);
      try {
        if (name === libraryName(key, readFileSync(file))) {
          const now = new Date();
          utimesSync(file, now, now);
          return file;
        }
        rmSync(file, { force: true });
      } catch {
        // Another process removed it.
      }
    }
    return undefined;
  }

  /** Where a compiler may write, until `publish`. */
  temporary(): string {
    return path.join(this.directory, `${randomUUID()}.tmp`);
  }

  /** Gives a finished file its name, in one step. */
  publish(key: string, temporary: string): string {
    const file = path.join(this.directory, libraryName(key, readFileSync(temporary)));
    renameSync(temporary, file);
    this.#prune();
    return file;
  }

  #prune(): void {
    const now = Date.now();
    const files: { readonly file: string; readonly used: number; readonly bytes: number }[] = [];
    for (const name of readdirSync(this.directory)) {
      const file = path.join(this.directory, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      if (stat === undefined) continue;
      if (name.endsWith(suffix)) files.push({ file, used: stat.mtimeMs, bytes: stat.size });
      else if (now - stat.mtimeMs > abandonedMilliseconds) rmSync(file, { force: true });
    }
    let bytes = files.reduce((sum, one) => sum + one.bytes, 0);
    let count = files.length;
    if (count <= mostLibraries && bytes <= mostBytes) return;
    for (const one of files.sort((a, b) => a.used - b.used)) {
      if (count <= mostLibraries * 0.75 && bytes <= mostBytes * 0.75) return;
      rmSync(one.file, { force: true });
      bytes -= one.bytes;
      count -= 1;
    }
  }
}

function libraryName(key: string, bytes: Uint8Array): string {
  return `${key}.${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}${suffix}`;
}
