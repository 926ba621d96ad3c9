// A folder outside the repository where everything from tarballs is installed once, and packages beside it.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cleanEnvironment, runProgram } from '@netwright/publishing';
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

/** Runs a program of `node_modules` of the folder. */
export async function runInstalled(
  folder: string,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = join(folder, 'node_modules', script);
  return runProgram(process.execPath, [path, ...args], { cwd: folder, env: { ...cleanEnvironment(), ...env } });
}

/** A test that was run: where, and what it said when it failed. */
export interface Outcome {
  /** Relative to the folder. */
  readonly file: string;
  readonly title: string;
  readonly message: string;
}

/** What a run of vitest found. */
export interface Results {
  readonly passed: readonly Outcome[];
  readonly failures: readonly Outcome[];
}

/** Runs the vitest of the folder there. Tests may fail, but must have been run. */
export async function runVitest(folder: string, args: readonly string[] = []): Promise<Results> {
  const report = join(folder, 'results.json');
  rmSync(report, { force: true });
  const all = ['run', '--reporter=json', `--outputFile=${report}`, ...args];
  const ended = await runInstalled(folder, 'vitest/vitest.mjs', all).catch((error: unknown) => String(error));
  if (!existsSync(report)) throw new Error(ended);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly testResults: readonly {
      readonly name: string;
      readonly message: string;
      readonly assertionResults: readonly {
        readonly fullName: string;
        readonly status: string;
        readonly failureMessages?: readonly string[];
      }[];
    }[];
  };
  const passed: Outcome[] = [];
  const failures: Outcome[] = [];
  for (const { name, message, assertionResults } of testResults) {
    const file = relative(folder, name);
    if (assertionResults.length === 0) failures.push({ file, title: '', message });
    for (const { fullName: title, status, failureMessages = [] } of assertionResults) {
      const outcome = { file, title, message: failureMessages.join('\n') };
      if (status === 'passed') passed.push(outcome);
      else if (status === 'failed') failures.push(outcome);
    }
  }
  return { passed, failures };
}
