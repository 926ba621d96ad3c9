// A folder outside the repository where everything from tarballs is installed once, and packages beside it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '@netwright/publishing';
import { baseNameOf, standalonePackage, type Files, type Kind } from 'create-netwright';
import { afterAll } from 'vitest';

export const NAME = 'shake-shake';

/** The files of one kind, as `npm create netwright` writes them. */
export function filesOf(kind: Kind): Files {
  return standalonePackage({ kind, name: NAME, packageName: `netwright-${baseNameOf(kind, NAME)}` });
}

/** A new folder under the system's own for such; it is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netwright-outside-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

export function write(folder: string, files: Files): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Runs a program of `node_modules`, without what this test run has set for itself. */
export async function runInstalled(
  folder: string,
  script: string,
  args: readonly string[],
  cwd = folder,
): Promise<string> {
  const env = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(VITEST|NODE_ENV|NODE_OPTIONS|TEST$|MODE$|DEV$|PROD$)/.test(name))
      .map((name) => [name, undefined]),
  );
  return runProgram(process.execPath, [join(folder, 'node_modules', script), ...args], { cwd, env });
}
