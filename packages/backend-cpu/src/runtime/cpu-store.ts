// The store: parameters, statistics and moments in one memory, and the names of the kernels compiled for it.

import type { Storage, Store, StoreEntry, TensorData } from '@netwright/compiler';
import { bindShape, equalTypes, formatType, NetwrightError } from '@netwright/ir';

import { storedBytes } from '../generate/lowered.ts';
import { persistentStorage } from '../schedule/persistent-storage.ts';
import type { Engine } from './engine.ts';
import type { Heap, Region } from './heap.ts';
import { emptyArray, gather, scatter, viewOf } from './transfer.ts';

interface Held {
  readonly entry: StoreEntry;
  readonly shape: readonly number[];
  readonly storage: Storage;
  readonly region: Region;
  version: number;
}

export class CpuStore implements Store {
  readonly backend = 'cpu';
  readonly id: number;
  readonly heap: Heap;
  /** Names of kernels by signature. */
  readonly names = new Map<string, string>();
  readonly #held = new Map<string, Held>();
  readonly #engine: Engine;
  #version = 0;
  #arena: Region | undefined;
  #disposed = false;

  constructor(id: number, engine: Engine) {
    this.id = id;
    this.#engine = engine;
    this.heap = engine.createHeap();
  }

  get entries(): readonly StoreEntry[] {
    return [...this.#held.values()].map(({ entry }) => entry);
  }

  get version(): number {
    return this.#version;
  }

  declare(entries: readonly StoreEntry[]): Promise<void> {
    return this.#exclusive(() => {
      for (const entry of entries) this.#declareOne(entry);
    });
  }

  #declareOne(entry: StoreEntry): void {
    const known = this.#held.get(entry.name);
    if (known !== undefined) {
      if (equalTypes(known.entry.type, entry.type)) return;
      throw new NetwrightError({
        code: 'store.type',
        operation: 'declare',
        scope: entry.name,
        expected: formatType(known.entry.type),
        received: formatType(entry.type),
        hint: 'one store belongs to one model and optimizer',
      });
    }
    const shape = bindShape(entry.type.shape, {});
    const storage = persistentStorage(shape);
    const region = this.heap.allocate(storage.size * storedBytes[entry.type.dtype]);
    this.#held.set(entry.name, { entry, shape, storage, region, version: 0 });
  }

  read(name: string): Promise<TensorData> {
    return this.#exclusive(() => {
      const { entry, shape, storage, region } = this.#find('read', name);
      const { dtype } = entry.type;
      const data = emptyArray(
        dtype,
        shape.reduce((a, b) => a * b, 1),
      );
      gather(viewOf(dtype, this.heap.memory.buffer, region.address, storage.size), data, shape, storage);
      return { dtype, shape, data };
    });
  }

  write(name: string, tensor: TensorData): Promise<void> {
    return this.#exclusive(() => {
      const held = this.#find('write', name);
      const { entry, shape, storage, region } = held;
      const { dtype } = entry.type;
      if (!equalTypes(entry.type, tensor) || tensor.data.length !== shape.reduce((a, b) => a * b, 1)) {
        throw new NetwrightError({
          code: 'store.type',
          operation: 'write',
          scope: name,
          expected: formatType(entry.type),
          received: `${formatType(tensor)} with ${tensor.data.length} elements`,
        });
      }
      scatter(tensor.data, viewOf(dtype, this.heap.memory.buffer, region.address, storage.size), shape, storage);
      this.#version += 1;
      held.version = this.#version;
    });
  }

  #find(operation: string, name: string): Held {
    const held = this.#held.get(name);
    if (held !== undefined) return held;
    throw new NetwrightError({
      code: 'store.unknown',
      operation,
      scope: name,
      expected: 'the name of a declared entry',
      received: `one of no entry among ${this.#held.size}`,
      hint: 'declare the entry first',
    });
  }

  /** Address of an entry that a program names. */
  addressOf(name: string): number {
    return this.#find('load', name).region.address;
  }

  /** The latest version of any of the entries. */
  versionOf(names: readonly string[]): number {
    return names.reduce((latest, name) => Math.max(latest, this.#find('run', name).version), 0);
  }

  /** Records that a run wrote these entries. */
  touch(names: readonly string[]): void {
    if (names.length === 0) return;
    this.#version += 1;
    for (const name of names) this.#find('run', name).version = this.#version;
  }

  /** Address of the arena that all executables share, at least this large; its contents last for one run. */
  arena(bytes: number): number {
    if (this.#arena === undefined || this.#arena.bytes < bytes) {
      if (this.#arena !== undefined) this.heap.release(this.#arena);
      this.#arena = this.heap.allocate(bytes);
    }
    return this.#arena.address;
  }

  checkUsable(operation: string): void {
    if (!this.#disposed) return;
    throw new NetwrightError({
      code: 'store.disposed',
      operation,
      expected: 'a store in use',
      received: 'one that has been disposed of',
    });
  }

  /** In turn with runs, so that nothing is read in the middle of one. */
  #exclusive<T>(job: () => T): Promise<T> {
    return this.#engine.exclusive(async () => {
      this.checkUsable('store');
      return job();
    });
  }

  dispose(): Promise<void> {
    if (!this.#disposed) this.#engine.forget(this.id);
    this.#disposed = true;
    this.#held.clear();
    this.names.clear();
    return Promise.resolve();
  }
}
