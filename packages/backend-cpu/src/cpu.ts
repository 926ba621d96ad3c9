// The backend for CPUs: kernels as compiled C or as WebAssembly with SIMD, on several threads where shared memory is allowed.

import {
  compileKernels,
  type Backend,
  type CompileReport,
  type Executable,
  type LoadOptions,
  type Store,
} from '@netwright/compiler';
import { bindShape, BYTES_PER_ELEMENT, costOf, NetwrightError, type Graph } from '@netwright/ir';
import { environmentVariable, findNative, warn } from '#find-native';
import { availableThreads } from '#spawn-worker';

import { createExecutable } from './runtime/executable.ts';
import { CpuStore } from './runtime/cpu-store.ts';
import type { Engine } from './runtime/engine.ts';
import { WasmEngine } from './runtime/wasm-engine.ts';
import { schedulePasses, type ScheduleOptions } from './schedule/passes.ts';

/** How kernels are compiled, on how many threads they run, and how exact their sums are. */
export interface CpuOptions {
  /**
   * `native` compiles C, which needs Node, the package `koffi` and a C compiler (`$NETWRIGHT_CC`, else `$CC`, cc, gcc or clang); `wasm` runs everywhere.
   * `auto` takes `native` where it can and says why where it cannot, or what `$NETWRIGHT_CPU_TARGET` names. Default `auto`.
   */
  readonly target?: 'auto' | 'wasm' | 'native';
  /** Threads, the calling one included; at least 1. Default: as many as the machine runs at once. Results do not depend on it. */
  readonly threads?: number;
  /**
   * How far sums of products may be from their exact values, relative to the largest: `high` 2e-6, the default; `fast` 3e-5, for faster 3x3
   * convolutions and their gradients.
   */
  readonly precision?: 'high' | 'fast';
}

/** A {@link Backend} that can say why it is not native. */
export interface CpuBackend extends Backend {
  /** Why `auto` is not `native`, in one line; undefined where it is, or where the target was chosen. */
  readonly fallback: string | undefined;
}

const alignment = 64;
const mostThreads = 64;
const targetVariable = 'NETWRIGHT_CPU_TARGET';
const targets: readonly unknown[] = ['auto', 'wasm', 'native'];
const precisions: readonly unknown[] = ['high', 'fast'];

/**
 * Runs programs on the CPU, with code made for each program: C where it can be compiled, else WebAssembly SIMD.
 *
 * Native programs are compiled once for each machine: libraries are kept in `$XDG_CACHE_HOME/netwright/native` (default `~/.cache`), at most
 * 1 GiB of them. Those that take more than some milliseconds run beside the event loop; WebAssembly runs in the calling thread and in workers.
 *
 * One thread where SharedArrayBuffer is missing (a page that is not cross-origin isolated). Where `auto` falls back to `wasm`, `fallback` says why, and the
 * process emits a warning with the code `NETWRIGHT_CPU`.
 * Throws `cpu.threads` for a count that is not a whole number from 1 to 64, `cpu.target` for an unknown target, `cpu.precision` for an unknown precision, `cpu.native`
 * where `native` is asked for and is not to be had.
 */
export function cpu(options: CpuOptions = {}): CpuBackend {
  return scheduledCpu(options, {});
}

/** {@link cpu} with choices of the schedule that are otherwise made by cost. */
export function scheduledCpu(
  { target, threads, precision = 'high' }: CpuOptions,
  schedule: Pick<ScheduleOptions, 'windows'>,
): CpuBackend {
  const chosen = target === undefined || target === 'auto' ? (environmentVariable(targetVariable) ?? 'auto') : target;
  if (!targets.includes(chosen)) {
    throw new NetwrightError({
      code: 'cpu.target',
      operation: 'cpu',
      expected: `target 'auto', 'wasm' or 'native'`,
      received: JSON.stringify(chosen),
    });
  }
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > mostThreads)) {
    throw new NetwrightError({
      code: 'cpu.threads',
      operation: 'cpu',
      expected: `a whole number of threads from 1 to ${mostThreads}`,
      received: String(threads),
    });
  }
  if (!precisions.includes(precision)) {
    throw new NetwrightError({
      code: 'cpu.precision',
      operation: 'cpu',
      expected: `precision 'high' or 'fast'`,
      received: JSON.stringify(precision),
    });
  }
  const count = typeof SharedArrayBuffer === 'undefined' ? 1 : (threads ?? Math.min(availableThreads(), mostThreads));
  const native = chosen === 'wasm' ? undefined : findNative();
  const reason = native !== undefined && 'reason' in native ? native.reason : undefined;
  if (reason !== undefined) {
    if (chosen === 'native') {
      throw new NetwrightError({
        code: 'cpu.native',
        operation: 'cpu',
        expected: 'a C compiler, the package koffi and a directory for libraries',
        reasons: [reason],
        hint: "use target 'auto' or 'wasm'",
      });
    }
    warn(`backend-cpu uses WebAssembly instead of native code: ${reason}`);
  }
  const found = native === undefined || 'reason' in native ? undefined : native;
  let engine: Engine | undefined;
  let disposed = false;
  let nextId = 0;
  const ownStores = new WeakMap<Store, CpuStore>();
  const startedEngine = (): Engine => {
    if (disposed)
      throw new NetwrightError({
        code: 'cpu.disposed',
        operation: 'cpu',
        expected: 'a backend in use',
        received: 'one that has been disposed of',
      });
    engine ??= found === undefined ? new WasmEngine(count) : found.start(count);
    return engine;
  };
  const suffix = precision === 'high' ? '' : `,precision=${precision}`;
  const resolved =
    (found === undefined ? `wasm:threads=${count}` : `native:threads=${count},lanes=${String(found.lanes)}`) + suffix;

  const load = async (graph: Graph, store: Store, { dims, maxMemory }: LoadOptions): Promise<Executable> => {
    const started = performance.now();
    const running = startedEngine();
    const own = ownStores.get(store);
    if (own === undefined) {
      throw new NetwrightError({
        code: 'cpu.store',
        operation: 'load',
        expected: 'a store made by this backend',
        received: `one of backend ${store.backend}`,
      });
    }
    const passes = schedulePasses({ ...schedule, precision, registers: running.tuning });
    const planned = compileKernels(graph, { dims, passes, alignment, maxMemory });
    const report = (schedules: readonly string[], finished: number): CompileReport => {
      const { parameters, macs, matmulMacs } = costOf(graph, dims);
      return {
        backend: 'cpu',
        target: resolved,
        kernels: planned.program.kernels.map(({ name, sources }, i) => ({
          name,
          operations: sources.map(({ op }) => op),
          schedule: schedules[i] ?? '',
        })),
        parameters,
        persistentBytes: persistentBytesOf(graph),
        arenaBytes: planned.plan.arenaBytes,
        peakBytes: planned.plan.peakBytes,
        macs: macs + matmulMacs,
        compileMilliseconds: finished - started,
      };
    };
    nextId += 1;
    return createExecutable({ planned, store: own, engine: running, id: nextId, report });
  };

  return {
    name: 'cpu',
    target: resolved,
    fallback: reason,
    capabilities: { precision: 'f32', threads: count, unsupported: [], calls: true },
    createStore: () => {
      nextId += 1;
      const store = new CpuStore(nextId, startedEngine());
      ownStores.set(store, store);
      return Promise.resolve(store);
    },
    load,
    dispose: () => {
      disposed = true;
      engine?.dispose();
      return Promise.resolve();
    },
  };
}

function persistentBytesOf(graph: Graph): number {
  return [...Object.values(graph.parameters), ...Object.values(graph.states)].reduce((sum, { type }) => {
    const elements = bindShape(type.shape, {}).reduce((product, dim) => product * dim, 1);
    return sum + elements * BYTES_PER_ELEMENT[type.dtype];
  }, 0);
}
