// C source to a loaded library, through the cache.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';

import { NetwrightError } from '@netwright/ir';

import { firstLine, type Compiler } from './find-compiler.ts';
import type { LibraryCache } from './library-cache.ts';

/** How long to wait for what a compiler that has ended wrote. */
const lastWordsMilliseconds = 100;

export class Toolchain {
  readonly compiler: Compiler;
  readonly cache: LibraryCache;
  readonly #limit: number;

  /** `limit` in milliseconds for one file: a compiler that takes longer is taken for one that hangs. */
  constructor(compiler: Compiler, cache: LibraryCache, limit = 300_000) {
    this.compiler = compiler;
    this.cache = cache;
    this.#limit = limit;
  }

  /** Path of the library made from `source`; throws `cpu.compile` with what the compiler says. */
  async build(source: string): Promise<string> {
    const key = this.#key(source);
    const known = this.#attempt(() => this.cache.find(key));
    if (known !== undefined) return known;
    const temporary = this.cache.temporary();
    try {
      await runCompiler(this.compiler, temporary, source, this.#limit);
      return this.#attempt(() => this.cache.publish(key, temporary));
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** The same, for what must be there before anything else. */
  buildSync(source: string): string {
    const key = this.#key(source);
    const known = this.#attempt(() => this.cache.find(key));
    if (known !== undefined) return known;
    const temporary = this.cache.temporary();
    try {
      const { command } = this.compiler;
      const { error, status, signal, stderr } = spawnSync(command, compilerArguments(this.compiler, temporary), {
        input: source,
        encoding: 'utf8',
        timeout: this.#limit,
      });
      // A compiler that ends before it has read its input has an exit status, which says more than the broken pipe.
      if (error !== undefined && status === null) throw compileError(command, error.message, error);
      if (status !== 0) throw compileError(command, failure(status, signal, stderr));
      return this.#attempt(() => this.cache.publish(key, temporary));
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  #key(source: string): string {
    return createHash('sha256').update(this.compiler.identity).update(source).digest('hex').slice(0, 40);
  }

  /** Errors of the file system as ours. */
  #attempt<T>(job: () => T): T {
    try {
      return job();
    } catch (cause) {
      throw new NetwrightError({
        code: 'cpu.cache',
        operation: 'load',
        expected: `to read and write libraries in ${this.cache.directory}`,
        received: cause instanceof Error ? cause.message : String(cause),
        hint: "set XDG_CACHE_HOME to a directory with room, or use target: 'wasm'",
        cause,
      });
    }
  }
}

function compilerArguments({ options }: Compiler, output: string): string[] {
  return [
    ...options,
    '-o',
    output,
    '-x',
    'c',
    '-',
    '-lm',
    '-lpthread',
    ...(process.platform === 'linux' ? ['-ldl'] : []),
  ];
}

function runCompiler(compiler: Compiler, output: string, source: string, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const { command } = compiler;
    const child = spawn(command, compilerArguments(compiler, output), {
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: limit,
    });
    let messages = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      messages = (messages + text).slice(0, 10_000);
    });
    // A compiler that ends early closes its input; its exit status says more.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => reject(compileError(command, error.message, error)));
    // Not `close`: what the compiler started may outlive it and keep its output open.
    child.on('exit', (status, signal) => {
      if (status === 0) resolve();
      else setTimeout(() => reject(compileError(command, failure(status, signal, messages))), lastWordsMilliseconds);
    });
    child.stdin.end(source);
  });
}

function failure(status: number | null, signal: NodeJS.Signals | null, messages: string): string {
  const end = signal === null ? `status ${String(status)}` : `signal ${signal}`;
  return `${end}: ${firstLine(messages) || 'no message'}`;
}

function compileError(command: string, received: string, cause?: Error): NetwrightError {
  return new NetwrightError({
    code: 'cpu.compile',
    operation: 'load',
    expected: `${command} to compile the program's kernels`,
    received,
    hint: "set NETWRIGHT_CC to another compiler, or use target: 'wasm'",
    cause,
  });
}
