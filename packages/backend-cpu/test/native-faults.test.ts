// What is said when a compiler, koffi or the cache fails, and that nothing hangs.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { compile } from '@netwright/compiler';
import { buildGraph, relu, tensorType } from '@netwright/ir';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { cpu } from '../src/index.ts';
import { findNative } from '../src/native/find-native.ts';
import { cacheDirectory, LibraryCache } from '../src/native/library-cache.ts';
import { NativeEngine } from '../src/native/native-engine.ts';
import { loadRuntime, requireKoffi } from '../src/native/runtime.ts';
import { runtimeSource } from '../src/native/runtime-source.ts';
import { Toolchain } from '../src/native/toolchain.ts';
import { harnessOf } from './harness.ts';
import { matmulProgram } from './kernel-samples.ts';
import { missing } from './native/available.ts';
import { usableCompiler } from './native/harness.ts';

const graph = buildGraph({ x: tensorType('f32', [2]) }, ({ x }) => ({ y: relu(x) }));
const inputs = { x: { dtype: 'f32', shape: [2], data: Float32Array.of(-1, 2) } } as const;

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'netwright-native-'));
  vi.stubEnv('XDG_CACHE_HOME', scratch);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

/** A program that stands for the compiler. */
function script(lines: string): string {
  const file = path.join(scratch, 'compiler');
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}

function reasonOf(found: ReturnType<typeof findNative>): string {
  return 'reason' in found ? found.reason : 'native code was found';
}

async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}

test('koffi is not installed', () => {
  const reason = reasonOf(
    findNative({
      requireKoffi: () => {
        throw new Error("Cannot find module 'koffi'\nRequire stack:");
      },
    }),
  );
  expect(reason).toBe("the package koffi cannot be loaded: Cannot find module 'koffi'");
});

test('Windows', () => {
  expect(reasonOf(findNative({ platform: 'win32' }))).toMatch(/Windows/);
});

describe('no compiler', () => {
  test('auto falls back, says why and warns', async () => {
    vi.stubEnv('NETWRIGHT_CC', '/nowhere/cc');
    vi.stubEnv('NETWRIGHT_CPU_TARGET', 'auto');
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const backend = cpu({ threads: 1 });
    expect(backend.target).toBe('wasm:threads=1');
    expect(backend.fallback).toBe('no C compiler works: /nowhere/cc: not found');
    expect(emitted.mock.calls).toEqual([
      [
        'backend-cpu uses WebAssembly instead of native code: no C compiler works: /nowhere/cc: not found',
        { type: 'NetwrightWarning', code: 'NETWRIGHT_CPU' },
      ],
    ]);
    emitted.mockRestore();
    const executable = await compile(graph, backend);
    expect((await executable.run(inputs)).y.data).toEqual(Float32Array.of(0, 2));
    await backend.dispose();
  });

  test('native is refused', async () => {
    vi.stubEnv('NETWRIGHT_CC', '/nowhere/cc');
    expect(await messageOf(() => cpu({ target: 'native' }))).toBe(
      "cpu: expected a C compiler, the package koffi and a directory for libraries; no C compiler works: /nowhere/cc: not found. Hint: use target 'auto' or 'wasm' [cpu.native]",
    );
  });

  test('an empty name', () => {
    expect(reasonOf(findNative({ environment: { ...process.env, NETWRIGHT_CC: '' } }))).toBe(
      'no C compiler works: NETWRIGHT_CC names no compiler',
    );
  });

  test.each([
    ['one that fails at once', 'echo "no licence" >&2; exit 3', 'no licence'],
    ['one that says nothing', 'exit 3', 'ended with status 3'],
    ['one of another kind', 'echo "#define __TINYC__ 1"', 'not a compiler with the extensions of GCC'],
  ])('%s', (_, lines, expected) => {
    const NETWRIGHT_CC = script(lines);
    expect(reasonOf(findNative({ environment: { ...process.env, NETWRIGHT_CC } }))).toBe(
      `no C compiler works: ${NETWRIGHT_CC}: ${expected}`,
    );
  });
});

test('the target that the environment names', () => {
  vi.stubEnv('NETWRIGHT_CPU_TARGET', 'wasm');
  const backend = cpu({ threads: 1 });
  expect([backend.target, backend.fallback]).toEqual(['wasm:threads=1', undefined]);
});

if (missing !== undefined) {
  test(`the rest is not run, ${missing}: 10 cases`, () => expect(missing).not.toBe(''));
} else {
  describe('with a compiler', () => {
    const failingAfterProbe = (): string => {
      const { command } = usableCompiler();
      return script(
        `case "$*" in *-dM*) exec ${command} "$@";; esac\nif [ -e ${scratch}/broken ]; then echo "No space left on device" >&2; exit 1; fi\nexec ${command} "$@"`,
      );
    };

    test('a compiler that fails on the runtime', () => {
      writeFileSync(path.join(scratch, 'broken'), '');
      const NETWRIGHT_CC = failingAfterProbe();
      expect(reasonOf(findNative({ environment: { ...process.env, NETWRIGHT_CC } }))).toMatch(
        /compiler to compile the program's kernels, received status 1: No space left on device/,
      );
    });

    test('a compiler that fails on a program, and works again', async () => {
      vi.stubEnv('NETWRIGHT_CC', failingAfterProbe());
      const backend = cpu({ target: 'native', threads: 2 });
      writeFileSync(path.join(scratch, 'broken'), '');
      await expect(compile(graph, backend)).rejects.toMatchObject({
        code: 'cpu.compile',
        message: expect.stringContaining('received status 1: No space left on device') as string,
      });
      rmSync(path.join(scratch, 'broken'));
      const executable = await compile(graph, backend);
      expect((await executable.run(inputs)).y.data).toEqual(Float32Array.of(0, 2));
      await backend.dispose();
      expect(readdirSync(cacheDirectory(process.env)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    });

    test('a compiler that hangs', async () => {
      const compiler = { ...usableCompiler(), command: script('sleep 30') };
      const toolchain = new Toolchain(compiler, new LibraryCache(cacheDirectory(process.env)), 200);
      const started = performance.now();
      await expect(toolchain.build('int f(void) { return 1; }')).rejects.toMatchObject({ code: 'cpu.compile' });
      expect(performance.now() - started).toBeLessThan(5_000);
    });

    test('a cache directory that cannot be made', () => {
      writeFileSync(path.join(scratch, 'netwright'), 'a file');
      expect(reasonOf(findNative())).toMatch(/ENOTDIR|EEXIST/);
    });

    test('a cache directory that others can write to', () => {
      mkdirSync(cacheDirectory(process.env), { recursive: true });
      chmodSync(cacheDirectory(process.env), 0o777);
      expect(reasonOf(findNative())).toMatch(/can be written to by other users$/);
    });

    test('a cache directory that is lost while it is used', async () => {
      const backend = cpu({ target: 'native', threads: 1 });
      rmSync(cacheDirectory(process.env), { recursive: true });
      await expect(compile(graph, backend)).rejects.toMatchObject({ code: 'cpu.cache' });
      await backend.dispose();
    });

    test('a library that was cut short is made again', async () => {
      const directory = cacheDirectory(process.env);
      const runOnce = async (): Promise<readonly number[]> => {
        const backend = cpu({ target: 'native', threads: 1 });
        const executable = await compile(graph, backend);
        const { y } = await executable.run(inputs);
        await backend.dispose();
        return [...y.data];
      };
      expect(await runOnce()).toEqual([0, 2]);
      const libraries = readdirSync(directory);
      expect(libraries).toHaveLength(2);
      const before = libraries.map((name) => readFileSync(path.join(directory, name)).length);
      // Another file of that name: this process still runs the code of the first.
      for (const name of libraries) {
        const file = path.join(directory, name);
        const start = readFileSync(file).subarray(0, 5_000);
        rmSync(file);
        writeFileSync(file, start);
      }
      expect(await runOnce()).toEqual([0, 2]);
      expect(
        readdirSync(directory)
          .map((name) => readFileSync(path.join(directory, name)).length)
          .sort(),
      ).toEqual(before.sort());
    });

    test('a library that the system does not load', async () => {
      const toolchain = new Toolchain(usableCompiler(), new LibraryCache(cacheDirectory(process.env)));
      const runtime = loadRuntime(requireKoffi(), toolchain.buildSync(runtimeSource));
      const broken = {
        ...runtime,
        open: () => {
          throw new Error('failed to map segment');
        },
      };
      const harness = harnessOf(new NativeEngine(1, toolchain, broken));
      await expect(harness.load(matmulProgram(2, 3, 4))).rejects.toMatchObject({
        code: 'cpu.library',
        message: expect.stringContaining('received failed to map segment') as string,
      });
      harness.dispose();
    });

    test('no threads to be had', () => {
      const toolchain = new Toolchain(usableCompiler(), new LibraryCache(cacheDirectory(process.env)));
      const runtime = loadRuntime(requireKoffi(), toolchain.buildSync(runtimeSource));
      expect(() => new NativeEngine(4, toolchain, { ...runtime, newPool: () => 0n })).toThrow(
        'cpu: expected 3 running worker threads, received a system that gives fewer. Hint: use fewer threads [cpu.worker]',
      );
    });

    test('the same program is compiled once', async () => {
      const log = path.join(scratch, 'log');
      const { command } = usableCompiler();
      vi.stubEnv('NETWRIGHT_CC', script(`echo run >> ${log}\nexec ${command} "$@"`));
      const compilations = async (): Promise<number> => {
        const backend = cpu({ target: 'native', threads: 1 });
        for (let again = 0; again < 2; again += 1) {
          const executable = await compile(graph, backend);
          await executable.run(inputs);
        }
        await backend.dispose();
        return readFileSync(log, 'utf8').split('\n').length - 1;
      };
      // What the CPU has, the runtime, the kernel; then what the CPU has.
      expect([await compilations(), await compilations()]).toEqual([3, 4]);
    });
  });
}
