// Whether this process can compile and call C. Browsers get `find-native-browser.ts` instead, through the package's `imports`.

import { NetwrightError } from '@netwright/ir';

import type { Engine } from '../runtime/engine.ts';
import { findCompiler } from './find-compiler.ts';
import { cacheDirectory, LibraryCache } from './library-cache.ts';
import { NativeEngine } from './native-engine.ts';
import { loadRuntime, requireKoffi } from './runtime.ts';
import { runtimeSource } from './runtime-source.ts';
import { Toolchain } from './toolchain.ts';

export interface Native {
  /** f32 values in a vector. */
  readonly lanes: number;
  start(threads: number): Engine;
}

/** What is found outside the program, replaceable so that tests can lose any of it. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly requireKoffi: typeof requireKoffi;
}

/** The means to run native programs, or in one line why there are none. Compiles the runtime where the cache does not have it. */
export function findNative({
  environment = process.env,
  platform = process.platform,
  requireKoffi: require = requireKoffi,
}: Partial<Surroundings> = {}): Native | { readonly reason: string } {
  if (platform === 'win32') return { reason: 'its threads are POSIX threads, which Windows has not' };
  let koffi: ReturnType<typeof requireKoffi>;
  try {
    koffi = require();
  } catch (cause) {
    return { reason: `the package koffi cannot be loaded: ${lineOf(cause)}` };
  }
  const compiler = findCompiler(environment);
  if ('reasons' in compiler) return { reason: `no C compiler works: ${compiler.reasons.join('; ')}` };
  try {
    const toolchain = new Toolchain(compiler, new LibraryCache(cacheDirectory(environment)));
    const runtime = loadRuntime(koffi, toolchain.buildSync(runtimeSource));
    return { lanes: compiler.lanes, start: (threads) => new NativeEngine(threads, toolchain, runtime) };
  } catch (cause) {
    return { reason: lineOf(cause) };
  }
}

function lineOf(cause: unknown): string {
  const text = cause instanceof NetwrightError || cause instanceof Error ? cause.message : String(cause);
  return text.split('\n')[0] ?? '';
}

/** Tells the process, for whoever listens. */
export function warn(message: string): void {
  process.emitWarning(message, { type: 'NetwrightWarning', code: 'NETWRIGHT_CPU' });
}

export function environmentVariable(name: string): string | undefined {
  return process.env[name];
}
