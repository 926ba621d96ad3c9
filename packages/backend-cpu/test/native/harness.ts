// Engines of compiled C for vectors of any length: what the CPU has no instructions for is compiled to several shorter ones.

import { LibraryCache, cacheDirectory } from '../../src/native/library-cache.ts';
import { findCompiler, type Compiler } from '../../src/native/find-compiler.ts';
import { NativeEngine } from '../../src/native/native-engine.ts';
import { loadRuntime, requireKoffi } from '../../src/native/runtime.ts';
import { runtimeSource } from '../../src/native/runtime-source.ts';
import { Toolchain } from '../../src/native/toolchain.ts';
import { harnessOf, type Harness } from '../harness.ts';

export function usableCompiler(): Compiler {
  const compiler = findCompiler(process.env);
  if ('reasons' in compiler) throw new Error(compiler.reasons.join('; '));
  return compiler;
}

export function nativeHarness(threads: number, lanes?: number): Harness {
  const compiler = usableCompiler();
  const cache = new LibraryCache(cacheDirectory(process.env));
  const toolchain = new Toolchain({ ...compiler, lanes: lanes ?? compiler.lanes }, cache);
  const runtime = loadRuntime(requireKoffi(), toolchain.buildSync(runtimeSource));
  return harnessOf(new NativeEngine(threads, toolchain, runtime));
}
