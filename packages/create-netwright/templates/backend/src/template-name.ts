// A backend that runs the kernels of the compiler one by one: the backend to start from.

import {
  compileKernels,
  defaultCapabilities,
  reportOf,
  type Backend,
  type SchedulePass,
  type Store,
  type Verification,
} from '@netwright/compiler';
import { HostStore } from '@netwright/compiler/interpreter';
import { NetwrightError } from '@netwright/ir';
import { TemplateNameExecutable } from './executable.ts';

export interface TemplateNameOptions {
  /** What checks the kernels after every pass, e.g. the compiler's `verification`. Default nothing. */
  readonly verify?: Verification;
}

/** What the kernels may do; the compiler splits those that would do more. */
const CAPABILITIES = defaultCapabilities;

/** Layouts, tiles, packing: rewrites of kernels before memory is planned. */
const SCHEDULE: readonly SchedulePass[] = [];

/**
 * The backend `template-name`. Stores throw `store.type` and `store.unknown`.
 *
 * @throws NetwrightError `template-name.store` from `load` for a store of another backend.
 */
export function templateName({ verify }: TemplateNameOptions = {}): Backend {
  const stores = new WeakMap<Store, HostStore>();
  return {
    name: 'template-name',
    target: 'kernels',
    capabilities: { precision: 'f32', threads: 1, unsupported: [] },
    createStore: async () => {
      const store = new HostStore('template-name', 'f32');
      stores.set(store, store);
      return store;
    },
    load: async (graph, given, { dims }) => {
      const store = stores.get(given);
      if (store === undefined) throw foreignStore(given);
      const started = performance.now();
      const checks = verify === undefined ? {} : { verify };
      const planned = compileKernels(graph, { dims, capabilities: CAPABILITIES, passes: SCHEDULE, ...checks });
      const report = reportOf(graph, planned, {
        backend: 'template-name',
        target: 'kernels',
        dims,
        compileMilliseconds: performance.now() - started,
      });
      return new TemplateNameExecutable(planned, store, report);
    },
    dispose: async () => undefined,
  };
}

function foreignStore(store: Store): NetwrightError {
  return new NetwrightError({
    code: 'template-name.store',
    operation: 'load',
    expected: 'a store made by this backend',
    received: `one of another backend (${store.backend})`,
  });
}
