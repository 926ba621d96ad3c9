// What runs in the page: backends, stores and programs by number, driven from outside.

import { type Backend, type Executable, type Store, type StoreEntry, type TensorData } from '@netwright/compiler';
import { fromJson, isNetwrightError } from '@netwright/ir';
import { gpujs, type GpuJsBackend, type GpuJsOptions } from '@netwright/backend-gpujs';
import { decodeTensor, encodeTensor, type WireTensor } from './wire.ts';

export interface WireError {
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Reply = { readonly value: unknown } | { readonly error: WireError };

interface Bridge {
  call(name: keyof typeof calls, ...values: readonly unknown[]): Promise<Reply>;
}

let backend: GpuJsBackend | undefined;
const stores: Store[] = [];
const executables: Executable[] = [];

function opened(): GpuJsBackend {
  if (backend === undefined) throw new RangeError('no backend was opened');
  return backend;
}

const calls = {
  open: async (mode: GpuJsOptions['mode']) => {
    backend = gpujs({ mode });
    await (await backend.createStore()).dispose();
    return {
      name: backend.name,
      target: backend.target,
      capabilities: backend.capabilities satisfies Backend['capabilities'],
    };
  },
  usage: async () => opened().usage(),
  automatic: async () => {
    const chosen = gpujs();
    await (await chosen.createStore()).dispose();
    return chosen.target;
  },
  close: async () => opened().dispose(),
  createStore: async () => stores.push(await opened().createStore()) - 1,
  declare: async (store: number, entries: readonly StoreEntry[]) => {
    await stores[store].declare(entries);
    return stores[store].entries;
  },
  read: async (store: number, name: string) => encodeTensor(await stores[store].read(name)),
  write: async (store: number, name: string, tensor: WireTensor) => {
    await stores[store].write(name, decodeTensor(tensor));
    return stores[store].version;
  },
  disposeStore: async (store: number) => stores[store].dispose(),
  load: async (graph: unknown, store: number, dims: Readonly<Record<string, number>>) => {
    const executable = await opened().load(fromJson(graph), stores[store], { dims });
    return { id: executables.push(executable) - 1, report: executable.report };
  },
  run: async (id: number, store: number, inputs: Readonly<Record<string, WireTensor>>) => {
    const given = Object.entries(inputs).map(([name, tensor]): [string, TensorData] => [name, decodeTensor(tensor)]);
    const results = await executables[id].run(Object.fromEntries(given));
    const outputs = Object.entries(results).map(([name, tensor]) => [name, encodeTensor(tensor)] as const);
    return { outputs: Object.fromEntries(outputs), version: stores[store].version };
  },
  disposeExecutable: async (id: number) => executables[id].dispose(),
};

const bridge: Bridge = {
  call: async (name, ...values) => {
    try {
      const call = calls[name] as (...given: readonly unknown[]) => Promise<unknown>;
      return { value: await call(...values) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!isNetwrightError(error)) return { error: { message } };
      const { code, operation, scope, expected, received, reasons, hint } = error;
      return { error: { message, details: { code, operation, scope, expected, received, reasons, hint } } };
    }
  },
};
Object.assign(globalThis, { netwright: bridge });
