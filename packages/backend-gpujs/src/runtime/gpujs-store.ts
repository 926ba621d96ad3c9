// Parameters and state: on the host as they were written, on the device once a program has used them.

import type { Store, StoreEntry, TensorData } from '@netwright/compiler';
import { HostStore } from '@netwright/compiler/interpreter';
import { NetwrightError } from '@netwright/ir';
import type { Device, Handle } from '../device/device.ts';
import { fromPlanes, toPlanes } from './planes.ts';

export class GpuJsStore implements Store {
  readonly backend = 'gpujs';
  private readonly device: Device;
  private readonly host = new HostStore('gpujs', 'f32');
  private readonly handles = new Map<string, Handle>();
  /** Entries whose newest elements only the device has. */
  private readonly ahead = new Set<string>();
  private runs = 0;
  private isDisposed = false;

  constructor(device: Device) {
    this.device = device;
  }

  get entries(): readonly StoreEntry[] {
    return this.host.entries;
  }

  get version(): number {
    return this.host.version + this.runs;
  }

  declare(entries: readonly StoreEntry[]): Promise<void> {
    return this.inTurn('declare', () => this.host.declare(entries));
  }

  read(name: string): Promise<TensorData> {
    return this.inTurn('read', async () => {
      const handle = this.handles.get(name);
      if (handle !== undefined && this.ahead.delete(name)) {
        const { dtype } = await this.host.read(name);
        this.host.data(name).set(fromPlanes(await this.device.download(handle), dtype, dtype === 'i32'));
      }
      return this.host.read(name);
    });
  }

  write(name: string, tensor: TensorData): Promise<void> {
    return this.inTurn('write', async () => {
      await this.host.write(name, tensor);
      this.ahead.delete(name);
      this.free(name);
    });
  }

  dispose(): Promise<void> {
    return this.device.exclusive(async () => {
      for (const name of [...this.handles.keys()]) this.free(name);
      this.isDisposed = true;
      await this.host.dispose();
    });
  }

  /** The device's copy, for a program in its turn. */
  async handle(name: string): Promise<Handle> {
    const known = this.handles.get(name);
    if (known !== undefined) return known;
    const { dtype, data } = await this.host.read(name);
    const made = await this.device.upload(toPlanes(data, dtype === 'i32'));
    this.handles.set(name, made);
    return made;
  }

  /** A program's new value in place of the old one. */
  update(name: string, handle: Handle): void {
    this.free(name);
    this.handles.set(name, handle);
    this.ahead.add(name);
  }

  countRun(): void {
    this.runs++;
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

  private free(name: string): void {
    const handle = this.handles.get(name);
    if (handle !== undefined) this.device.free(handle);
    this.handles.delete(name);
  }

  private inTurn<T>(operation: string, job: () => Promise<T>): Promise<T> {
    return this.device.exclusive(() => {
      this.checkUsable(operation);
      return job();
    });
  }
}
