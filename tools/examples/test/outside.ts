// Folders outside the repository, and programs that run there.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, runProgram } from '@netwright/publishing';

const require = createRequire(import.meta.url);

export const exampleNames = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export interface ExampleManifest {
  readonly name: string;
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export function manifestOf(example: string): ExampleManifest {
  return JSON.parse(readFileSync(join(root, 'examples', example, 'package.json'), 'utf8')) as ExampleManifest;
}

/** A new folder that no `node_modules` of the repository is above. */
export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'netwright-examples-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What an author writes, without what was built or installed. */
export function copyExample(example: string, to: string): void {
  cpSync(join(root, 'examples', example), to, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|dist)$/.test(path),
  });
}

/** Packages of the registry that the repository has already, as if they were installed, unless npm brought them. */
export function linkInstalled(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const from = ['typescript', 'vitest', '@types/node', 'vite'].includes(name)
      ? join(root, 'node_modules', name)
      : dirname(require.resolve(`${name}/package.json`));
    const to = join(folder, 'node_modules', name);
    if (existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(from, to, 'dir');
  }
}

/** Runs a script of a package that {@link linkInstalled} put there. */
export function runScript(folder: string, script: string, args: readonly string[]): Promise<string> {
  const env = { NODE_OPTIONS: undefined, VITEST: undefined, NODE_ENV: undefined };
  return runProgram(process.execPath, [join(folder, 'node_modules', script), ...args], { cwd: folder, env });
}
