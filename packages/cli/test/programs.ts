// The built command line as processes: started, watched and killed.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

export interface Program {
  readonly process: ChildProcess;
  /** What it has written so far, on both streams. */
  readonly text: () => string;
  readonly exit: Promise<number | null>;
}

/** Starts `netwright ARGS` in a directory, by default that of the repository. */
export function startProgram(args: readonly string[], cwd = REPOSITORY): Program {
  return watch(spawn(process.execPath, [BIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
}

export async function runProgram(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  const program = startProgram(args);
  return { code: await program.exit, text: program.text() };
}

function watch(child: ChildProcess): Program {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => (text += part));
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { process: child, text: () => text, exit };
}

/** Identifiers of a process's living children. */
export function childrenOf({ process: { pid } }: Program): readonly number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,stat=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([id, state = 'Z']) => id !== '' && !state.startsWith('Z'))
    .map(([id]) => Number(id));
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Waits until the condition holds. */
export async function until(condition: () => boolean, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new RangeError(`waited ${String(seconds)} seconds in vain`);
    await pause(20);
  }
}

/** Debian's Redis server, installed where it is missing and this process may. */
export function findRedis(): string | undefined {
  const found = (): string | undefined =>
    (process.env.PATH ?? '')
      .split(path.delimiter)
      .map((directory) => path.join(directory, 'redis-server'))
      .find(existsSync);
  if (found() === undefined && process.getuid?.() === 0)
    spawnSync('apt-get', ['install', '-y', 'redis-server'], { stdio: 'ignore', timeout: 120_000 });
  return found();
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A Redis server that keeps what it has in a directory. */
export async function startRedis(binary: string, directory: string, port: number): Promise<Program> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--appendonly', 'yes', '--save', ''];
  const server = watch(spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  await until(() => server.text().includes('Ready to accept connections'));
  return server;
}
