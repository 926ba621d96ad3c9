// The backend for CPUs: kernels as WebAssembly with SIMD, on several threads where shared memory is allowed.

import {
  compileKernels,
  type Backend,
  type CompileReport,
  type Executable,
  type LoadOptions,
  type Store,
} from '@netwright/compiler';
import { bindShape, BYTES_PER_ELEMENT, costOf, NetwrightError, type Graph } from '@netwright/ir';
import { availableThreads } from '#spawn-worker';

import { createExecutable } from './runtime/executable.ts';
import { CpuStore } from './runtime/cpu-store.ts';
import type { Engine } from './runtime/engine.ts';
import { WasmEngine } from './runtime/wasm-engine.ts';
import { cpuPasses } from './schedule/passes.ts';

export interface CpuOptions {
  /** `auto` takes the fastest target that this machine has; today that is always `wasm`. Default `auto`. */
  readonly target?: 'auto' | 'wasm';
  /** Threads, the calling one included; at least 1. Default: as many as the machine runs at once. Results do not depend on it. */
  readonly threads?: number;
}

const alignment = 64;
const mostThreads = 64;

/**
 * Runs programs on the CPU, through WebAssembly SIMD made for each program.
 *
 * One thread where SharedArrayBuffer is missing (a page that is not cross-origin isolated).
 * Throws `cpu.threads` for a count that is not a whole number from 1 to 64 and `cpu.target` for an unknown target.
 */
export function cpu({ target = 'auto', threads }: CpuOptions = {}): Backend {
  if (target !== 'auto' && target !== 'wasm') {
    throw new NetwrightError({
      code: 'cpu.target',
      operation: 'cpu',
      expected: "target 'auto' or 'wasm'",
      received: JSON.stringify(target),
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
  const count = typeof SharedArrayBuffer === 'undefined' ? 1 : (threads ?? Math.min(availableThreads(), mostThreads));
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
    engine ??= new WasmEngine(count);
    return engine;
  };
  const resolved = `wasm:threads=${count}`;

  const load = async (graph: Graph, store: Store, { dims }: LoadOptions): Promise<Executable> => {
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
    const planned = compileKernels(graph, { dims, passes: cpuPasses, alignment });
    const cost = costOf(graph, dims);
    const report = (schedules: readonly string[]): CompileReport => ({
      backend: 'cpu',
      target: resolved,
      kernels: planned.program.kernels.map(({ name, sources }, i) => ({
        name,
        operations: sources.map(({ op }) => op),
        schedule: schedules[i] ?? '',
      })),
      parameters: cost.parameters,
      persistentBytes: persistentBytesOf(graph),
      arenaBytes: planned.plan.arenaBytes,
      peakBytes: planned.plan.peakBytes,
      macs: cost.macs + cost.matmulMacs,
      compileMilliseconds: performance.now() - started,
    });
    nextId += 1;
    return createExecutable({ planned, store: own, engine: running, id: nextId, report });
  };

  return {
    name: 'cpu',
    target: resolved,
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
