// The definition of what a graph computes: walks its nodes and calls each primitive's `evaluate`. Slow and obvious.

import type { Backend, Store } from '@netwright/compiler';
import { HostStore } from '@netwright/compiler/interpreter';
import { NetwrightError, type CallNode, type Graph } from '@netwright/ir';
import { ReferenceExecutable } from './executable.ts';

/** The precision of f32 values. */
export interface ReferenceOptions {
  /** `f64` computes in double precision; `f32` rounds every result, and the terms of every sum, to single. Default `f64`. */
  readonly precision?: 'f64' | 'f32';
}

/**
 * The reference backend. It uses no lowering, fusion or memory plan, so that it can judge them.
 *
 * Its `load` throws NetwrightError `reference.store` for a store of another backend, `reference.calls` for a graph with function calls and `reference.entries` for
 * parameters and state that the store lacks; its stores throw `store.type` and `store.unknown`.
 */
export function reference({ precision = 'f64' }: ReferenceOptions = {}): Backend {
  const stores = new WeakMap<Store, HostStore>();
  return {
    name: 'reference',
    target: precision,
    capabilities: { precision, threads: 1, unsupported: [] },
    createStore: async () => {
      const store = new HostStore('reference', precision);
      stores.set(store, store);
      return store;
    },
    load: async (graph, store, { dims }) => {
      const own = stores.get(store);
      if (own === undefined) throw foreignStore(store);
      requireLoadable(graph, own);
      return new ReferenceExecutable(graph, own, dims, precision);
    },
    dispose: () => Promise.resolve(),
  };
}

function foreignStore(store: Store): NetwrightError {
  return new NetwrightError({
    code: 'reference.store',
    operation: 'load',
    expected: 'a store made by this backend',
    received: `one of another backend (${store.backend})`,
  });
}

function requireLoadable(graph: Graph, store: Store): void {
  const call = graph.nodes.find((node): node is CallNode => node.op === 'call');
  if (call !== undefined) {
    throw new NetwrightError({
      code: 'reference.calls',
      operation: 'load',
      scope: call.scope,
      expected: 'a graph without function calls',
      received: `a call of ${graph.functions[call.attrs.function].name}`,
      hint: 'load is called by compile, which inlines functions',
    });
  }
  const declared = new Set(store.entries.map(({ name }) => name));
  const missing = [...Object.keys(graph.parameters), ...Object.keys(graph.states)].filter(
    (name) => !declared.has(name),
  );
  if (missing.length === 0) return;
  throw new NetwrightError({
    code: 'reference.entries',
    operation: 'load',
    scope: missing.join(', '),
    expected: 'an entry of the store for every parameter and state of the graph',
    received: 'none',
    hint: 'declare it first; compile does',
  });
}
