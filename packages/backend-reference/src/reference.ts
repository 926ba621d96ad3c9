// The definition of what a graph computes: walks its nodes and calls each primitive's `evaluate`. Slow and obvious.

import type { Backend, Store } from '@netwright/compiler';
import { NetwrightError } from '@netwright/ir';
import { ReferenceExecutable } from './executable.ts';
import { ReferenceStore } from './store.ts';

export interface ReferenceOptions {
  /** `f64` computes in double precision; `f32` rounds every result, and the terms of every sum, to single. Default `f64`. */
  readonly precision?: 'f64' | 'f32';
}

/** The reference backend. It uses no lowering, fusion or memory plan, so that it can judge them. */
export function reference({ precision = 'f64' }: ReferenceOptions = {}): Backend {
  return {
    name: 'reference',
    target: precision,
    capabilities: { precision, threads: 1, unsupported: [] },
    createStore: () => Promise.resolve(new ReferenceStore(precision)),
    load: async (graph, store, { dims }) => new ReferenceExecutable(graph, asReferenceStore(store), dims, precision),
    dispose: () => Promise.resolve(),
  };
}

function asReferenceStore(store: Store): ReferenceStore {
  if (store.backend === 'reference') return store as ReferenceStore;
  throw new NetwrightError({
    code: 'reference.store',
    operation: 'load',
    expected: 'a store made by the reference backend',
    received: `one of ${store.backend}`,
  });
}
