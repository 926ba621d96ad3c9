// Writes a package and installs what it needs.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { NetwrightError } from '@netwright/ir';
import { argumentError, HELP, parseArguments, type Arguments } from './arguments.ts';
import { baseNameOf, type Kind } from './kinds.ts';
import { checkName } from './names.ts';
import { standalonePackage } from './standalone-package.ts';
import { codeOf, readTemplate } from './templates.ts';

/** What the program has of the world. */
export interface Surroundings {
  /** The working directory. */
  readonly directory: string;
  /** Prints a line. */
  readonly line: (text: string) => void;
  /** Asks for what is missing; undefined where nobody sits at a terminal. */
  readonly ask: ((given: Arguments) => Promise<Arguments | undefined>) | undefined;
  /** Of npm, pnpm, yarn or bun: the one that started the program. Default npm. */
  readonly packageManager: string;
}

/**
 * Runs `create-netwright`; gives the exit code.
 *
 * @throws NetwrightError `create.arguments`, `create.name`, `create.package`, `create.directory`, `create.install`.
 */
export async function create(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { line, ask, directory: from } = surroundings;
  const parsed = parseArguments(args);
  if (parsed.help) {
    line(HELP);
    return 0;
  }
  const isComplete = parsed.kind !== undefined && parsed.name !== undefined;
  const given = isComplete || ask === undefined ? parsed : await ask(parsed);
  if (given === undefined) {
    line('nothing was made');
    return 1;
  }
  const { kind, name } = given;
  if (kind === undefined || name === undefined) throw argumentError(args, missing(given));
  checkName(name, { what: kind, template: codeOf(readTemplate(kind)) });
  const packageName = given.packageName ?? defaultPackageName(kind, name);
  checkPackageName(packageName);
  const directory = resolve(from, given.directory ?? packageName.slice(packageName.indexOf('/') + 1));
  const files = standalonePackage({ kind, name, packageName });
  const shown = relative(from, directory) || '.';
  if (given.dryRun) {
    for (const path of files.keys()) line(join(shown, path));
    return 0;
  }
  checkEmpty(directory);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
    line(join(shown, path));
  }
  if (given.install) await install(directory, surroundings);
  for (const text of nextSteps(kind, shown, given.install, surroundings.packageManager)) line(text);
  return 0;
}

/** `netwright-optim-lion`, or the application's name. */
export function defaultPackageName(kind: Kind, name: string): string {
  return kind === 'application' ? name : `netwright-${baseNameOf(kind, name)}`;
}

function missing({ kind, name }: Arguments): readonly string[] {
  return [...(kind === undefined ? ['KIND is missing'] : []), ...(name === undefined ? ['NAME is missing'] : [])];
}

function checkPackageName(name: string): void {
  if (/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(name) && name.length <= 214) return;
  throw new NetwrightError({
    code: 'create.package',
    operation: 'create',
    expected: 'a name that npm allows, such as netwright-optim-lion or @me/optim-lion',
    received: name,
  });
}

function checkEmpty(directory: string): void {
  if (!existsSync(directory)) return;
  const there = readdirSync(directory).filter((name) => name !== '.git');
  if (there.length === 0) return;
  throw new NetwrightError({
    code: 'create.directory',
    operation: 'create',
    scope: directory,
    expected: 'a directory that is empty or not there',
    received: `one with ${there.slice(0, 3).join(', ')}${there.length > 3 ? ` and ${String(there.length - 3)} more` : ''}`,
    hint: 'choose another with --directory',
  });
}

async function install(directory: string, { packageManager, line }: Surroundings): Promise<void> {
  line(`${packageManager} install`);
  const child = spawn(packageManager, ['install'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const failure = await new Promise<string | undefined>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code) => done(code === 0 ? undefined : `it ended with ${String(code)}`));
  });
  if (failure === undefined) return;
  throw new NetwrightError({
    code: 'create.install',
    operation: 'create',
    scope: directory,
    expected: `${packageManager} install to succeed`,
    received: failure,
    hint: 'the files are written; install again there',
  });
}

function nextSteps(kind: Kind, shown: string, installed: boolean, packageManager: string): readonly string[] {
  const run =
    kind === 'application' ? `${packageManager} run train ${packageManager === 'npm' ? '-- ' : ''}photos` : undefined;
  return [
    '',
    'Now:',
    `  cd ${shown}`,
    ...(installed ? [] : [`  ${packageManager} install`]),
    `  ${packageManager} test`,
    ...(run === undefined ? [] : [`  ${run}`]),
  ];
}
