// Programs of others, run to their end.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './workspace.ts';

export interface RunOptions {
  readonly cwd: string;
  /** Added to the variables of this process; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which the program is killed. Default: ten minutes. */
  readonly timeout?: number;
}

/** Standard output of a program that must succeed; the error of one that fails carries all it printed. */
export async function runProgram(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { cwd, env, timeout = 600_000 } = options;
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
  });
  let output = '';
  let everything = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    everything += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    everything += text;
  });
  const status = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve(code ?? signal ?? 'unknown');
    });
  });
  if (status === 0) return output;
  throw new Error(
    `${everything.trimEnd()}\nfrom ${[command, ...args].join(' ')}, which ended with ${status} in ${cwd}`,
  );
}

/** The version of pnpm that the repository names: the installed one, or the one that npm brings. */
export async function runPnpm(args: readonly string[], options: RunOptions): Promise<string> {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string };
  if (isOnPath('pnpm')) return runProgram('pnpm', args, options);
  return runProgram(
    'npm',
    ['exec', '--yes', '--prefer-offline', `--package=${packageManager}`, '--', 'pnpm', ...args],
    options,
  );
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
