// Parameters and state: on the host as they were written, on the device once a program has used them.

import type { Store, StoreEntry, TensorData, TypedArray } from '@netwright/compiler';
import { bindShape, equalTypes, formatType, NetwrightError } from '@netwright/ir';
import { disposed, type Device, type Handle } from '../device/device.ts';
import { sizeOf } from '../emit/emit-kernel.ts';
import { fromPlanes, toPlanes, zeros } from './planes.ts';

interface Held {
  readonly entry: StoreEntry;
  readonly shape: readonly number[];
  /** The newest elements, where the host has them. */
  host: TypedArray | undefined;
  /** The same on the device, where a program has used them. */
  handle: Handle | undefined;
}

export class GpuJsStore implements Store {
  readonly backend = 'gpujs';
  private readonly device: Device;
  private readonly held = new Map<string, Held>();
  private changes = 0;
  private isDisposed = false;

  constructor(device: Device) {
    this.device = device;
  }

  get entries(): readonly StoreEntry[] {
    return [...this.held.values()].map(({ entry }) => entry);
  }

  get version(): number {
    return this.changes;
  }

  declare(entries: readonly StoreEntry[]): Promise<void> {
    return this.inTurn('declare', async () => entries.forEach((entry) => this.declareOne(entry)));
  }

  read(name: string): Promise<TensorData> {
    return this.inTurn('read', async () => {
      const held = this.find('read', name);
      const { dtype } = held.entry.type;
      held.host ??= await this.download(held);
      return { dtype, shape: held.shape, data: held.host.slice() };
    });
  }

  write(name: string, tensor: TensorData): Promise<void> {
    return this.inTurn('write', async () => {
      const held = this.find('write', name);
      const { type } = held.entry;
      if (!equalTypes(type, tensor) || tensor.data.length !== sizeOf(held.shape)) {
        throw new NetwrightError({
          code: 'store.type',
          operation: 'write',
          scope: name,
          expected: formatType(type),
          received: `${formatType(tensor)} with ${String(tensor.data.length)} elements`,
        });
      }
      const data = zeros(type.dtype, tensor.data.length);
      data.set(tensor.data);
      this.replace(held, undefined);
      held.host = data;
      this.changes++;
    });
  }

  dispose(): Promise<void> {
    return this.device.exclusive(async () => {
      for (const held of this.held.values()) this.replace(held, undefined);
      this.held.clear();
      this.isDisposed = true;
    });
  }

  /** The device's copy, for a program in its turn. */
  async handle(name: string): Promise<Handle> {
    const held = this.find('run', name);
    held.handle ??= await this.device.upload(toPlanes(held.host ?? [], held.entry.type.dtype === 'i32'));
    return held.handle;
  }

  /** A program's new value in place of the old one. */
  update(name: string, handle: Handle): void {
    const held = this.find('run', name);
    this.replace(held, handle);
    held.host = undefined;
  }

  countRun(): void {
    this.changes++;
  }

  checkUsable(operation: string): void {
    if (!this.isDisposed) return;
    throw new NetwrightError({
      code: 'store.disposed',
      operation,
      expected: 'a store in use',
      received: 'one that has been disposed of',
    });
  }

  private declareOne(entry: StoreEntry): void {
    const known = this.held.get(entry.name);
    if (known === undefined) {
      const shape = bindShape(entry.type.shape, {});
      this.held.set(entry.name, { entry, shape, host: zeros(entry.type.dtype, sizeOf(shape)), handle: undefined });
    } else if (!equalTypes(known.entry.type, entry.type)) {
      throw new NetwrightError({
        code: 'store.type',
        operation: 'declare',
        scope: entry.name,
        expected: formatType(known.entry.type),
        received: formatType(entry.type),
        hint: 'one store belongs to one model and optimizer',
      });
    }
  }

  private async download({ handle, entry: { type } }: Held): Promise<TypedArray> {
    if (handle === undefined) throw disposed('read');
    return fromPlanes(await this.device.download(handle), type.dtype, type.dtype === 'i32');
  }

  private replace(held: Held, handle: Handle | undefined): void {
    if (held.handle !== undefined) this.device.free(held.handle);
    held.handle = handle;
  }

  private find(operation: string, name: string): Held {
    this.checkUsable(operation);
    const held = this.held.get(name);
    if (held !== undefined) return held;
    throw new NetwrightError({
      code: 'store.unknown',
      operation,
      scope: name,
      expected: 'the name of a declared entry',
      received: `one of no entry among ${String(this.held.size)}`,
      hint: 'compile the graph for this store first',
    });
  }

  private inTurn<T>(operation: string, job: () => Promise<T>): Promise<T> {
    return this.device.exclusive(() => {
      this.checkUsable(operation);
      return job();
    });
  }
}
