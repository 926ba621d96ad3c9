// Backends that interpret kernels: slow, and as literal as the kernels themselves.

import { NetwrightError, type Graph } from '@netwright/ir';
import type { Backend, LoadOptions, Store } from '../backend.ts';
import { defaultCapabilities, type KernelCapabilities } from '../capabilities.ts';
import { compileKernels } from '../compile-kernels.ts';
import type { SchedulePass } from '../planned-program.ts';
import { reportOf } from '../report.ts';
import { verification } from '../verify/verification.ts';
import { HostStore } from './host-store.ts';
import { InterpretedExecutable } from './interpreted-executable.ts';
import type { Precision } from './memory.ts';

/** How kernels are compiled before they are interpreted, and how precisely they run. */
export interface InterpreterOptions {
  /** `f64` keeps f32 values in double precision; `f32` rounds the result of every operation. Default `f64`. */
  readonly precision?: Precision;
  /** What kernels are compiled for; kernels that exceed it are refused when they run. Default {@link defaultCapabilities}. */
  readonly capabilities?: KernelCapabilities;
  /** A schedule to run instead of none. */
  readonly passes?: readonly SchedulePass[];
}

/**
 * A backend for debugging the compiler: verifies programs after every pass, places buffers in one arena as planned (or frees handles as planned), and
 * interprets.
 *
 * Its `load` throws NetwrightError `interpreter.store` for a store of another backend, and its runs `interpreter.limits` for a kernel beyond the capabilities;
 * its stores throw `store.type` and `store.unknown`.
 */
export function interpreterBackend({ precision = 'f64', capabilities, passes = [] }: InterpreterOptions = {}): Backend {
  return createInterpreter('interpreter', precision, capabilities ?? defaultCapabilities, passes);
}

/** What small GPUs offer through WebGL: textures as handles, one of them written and seven read by a kernel, bounded loops, positions that single precision counts. */
export const limitedCapabilities: KernelCapabilities = {
  maxOutputs: 1,
  maxBuffers: 8,
  maxIterations: 16_384,
  maxIndex: 2 ** 24,
  integerArithmetic: true,
  inPlace: false,
  memory: 'handles',
};

/** The interpreter with the limits of small GPUs, enforced when kernels run: {@link limitedCapabilities}. Default precision `f32`, as theirs. */
export function limitedBackend({ precision = 'f32' }: Pick<InterpreterOptions, 'precision'> = {}): Backend {
  return createInterpreter('limited', precision, limitedCapabilities, []);
}

function createInterpreter(
  name: string,
  precision: Precision,
  capabilities: KernelCapabilities,
  passes: readonly SchedulePass[],
): Backend {
  const stores = new WeakMap<Store, HostStore>();
  const load = (graph: Graph, own: HostStore, { dims, maxMemory }: LoadOptions): InterpretedExecutable => {
    const started = performance.now();
    const planned = compileKernels(graph, { dims, capabilities, passes, maxMemory, verify: verification });
    const report = reportOf(graph, planned, {
      backend: name,
      target: precision,
      dims,
      schedules: planned.program.kernels.map(() => 'interpreted'),
      compileMilliseconds: performance.now() - started,
    });
    return new InterpretedExecutable({ planned, store: own, precision, capabilities, report });
  };
  return {
    name,
    target: precision,
    capabilities: { precision, threads: 1, unsupported: [], calls: true },
    createStore: async () => {
      const store = new HostStore(name, precision);
      stores.set(store, store);
      return store;
    },
    load: async (graph, store, options) => {
      const own = stores.get(store);
      if (own !== undefined) return load(graph, own, options);
      throw new NetwrightError({
        code: 'interpreter.store',
        operation: 'load',
        expected: 'a store made by this backend',
        received: `one of another backend (${store.backend})`,
      });
    },
    dispose: async () => undefined,
  };
}
