// A backend whose programs run in a page of Chromium.

import type { Backend, Executable, Store, StoreEntry, TensorData } from '@netwright/compiler';
import { NetwrightError, toJson } from '@netwright/ir';
import type { Page } from 'playwright-core';
import type { GpuJsUsage } from '@netwright/backend-gpujs';
import type { Reply } from './page.ts';
import { decodeTensor, encodeTensor, type WireTensor } from './wire.ts';

export interface RemoteBackend extends Backend {
  usage(): Promise<GpuJsUsage>;
  /** The target of a backend that chose its mode itself. */
  automatic(): Promise<string>;
}

type Opened = Pick<Backend, 'name' | 'target' | 'capabilities'>;

/** Opens `gpujs({ mode })` in a page that has the bundle. */
export async function remoteBackend(page: Page, mode: string): Promise<RemoteBackend> {
  const call = async <T>(...values: readonly unknown[]): Promise<T> => {
    const reply = await page.evaluate<Reply, readonly unknown[]>(
      (given) =>
        (globalThis as unknown as { netwright: { call(...given: readonly unknown[]): Promise<Reply> } }).netwright.call(
          ...given,
        ),
      values,
    );
    if (!('error' in reply)) return reply.value as T;
    const { message, details } = reply.error;
    if (details === undefined) throw new Error(message);
    throw new NetwrightError(details as unknown as ConstructorParameters<typeof NetwrightError>[0]);
  };
  const numbers = new WeakMap<Store, { readonly id: number; version: number }>();
  const opened = await call<Opened>('open', mode);

  const createStore = async (): Promise<Store> => {
    const id = await call<number>('createStore');
    const state = { id, version: 0 };
    let entries: readonly StoreEntry[] = [];
    const store: Store = {
      backend: opened.name,
      get entries() {
        return entries;
      },
      get version() {
        return state.version;
      },
      declare: async (added) => {
        entries = await call('declare', id, added);
      },
      read: async (name) => decodeTensor(await call<WireTensor>('read', id, name)),
      write: async (name, tensor) => {
        state.version = await call('write', id, name, encodeTensor(tensor));
      },
      dispose: () => call('disposeStore', id),
    };
    numbers.set(store, state);
    return store;
  };

  return {
    ...opened,
    createStore,
    load: async (graph, store, { dims }) => {
      const state = numbers.get(store);
      const loaded = await call<{ id: number; report: Executable['report'] }>(
        'load',
        toJson(graph),
        state?.id ?? -1,
        dims,
      );
      return {
        report: loaded.report,
        run: async (inputs: Readonly<Record<string, TensorData>>) => {
          const wired = Object.entries(inputs).map(([name, tensor]) => [name, encodeTensor(tensor)] as const);
          const { outputs, version } = await call<{
            readonly outputs: Readonly<Record<string, WireTensor>>;
            readonly version: number;
          }>('run', loaded.id, state?.id ?? -1, Object.fromEntries(wired));
          if (state !== undefined) state.version = version;
          return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, decodeTensor(tensor)]));
        },
        dispose: () => call('disposeExecutable', loaded.id),
      };
    },
    usage: () => call('usage'),
    automatic: () => call('automatic'),
    dispose: () => call('close'),
  };
}
