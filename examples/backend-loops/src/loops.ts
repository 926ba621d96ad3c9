// A backend: the compiler makes kernels of a graph, and each kernel becomes nested loops in JavaScript.

import { compileKernels, reportOf, type Backend, type Store } from '@netwright/compiler';
import { HostStore } from '@netwright/compiler/interpreter';
import { NetwrightError } from '@netwright/ir';
import { emitKernel } from './emit-kernel.ts';
import { LoopsExecutable } from './executable.ts';

/** Runs programs as plain JavaScript, for environments without WebAssembly. Errors: `loops.store` for a store of another backend. */
export function loops(): Backend {
  const stores = new WeakMap<Store, HostStore>();
  const target = 'javascript';
  return {
    name: 'loops',
    target,
    // `calls`: kernels that functions bring reach `compileKernels` below.
    capabilities: { precision: 'f32', threads: 1, unsupported: [], calls: true },
    createStore: async () => {
      const store = new HostStore('loops', 'f32');
      stores.set(store, store);
      return store;
    },
    load: async (graph, given, { dims }) => {
      const store = stores.get(given);
      if (store === undefined) {
        throw new NetwrightError({
          code: 'loops.store',
          operation: 'load',
          expected: 'a store made by this backend',
          received: `one of another backend (${given.backend})`,
        });
      }
      const started = performance.now();
      const planned = compileKernels(graph, { dims });
      const { program } = planned;
      const kernels = program.kernels.map((kernel) => emitKernel(kernel, program.buffers));
      const compileMilliseconds = performance.now() - started;
      const report = reportOf(graph, planned, { backend: 'loops', target, dims, compileMilliseconds });
      return new LoopsExecutable({ program, kernels, store, report });
    },
    dispose: async () => undefined,
  };
}
