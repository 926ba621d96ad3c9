// Parameters and state: on the host as they were written, on the device once a program has used them.

import type { Store, StoreEntry, TensorData } from '@netwright/compiler';
import { HostStore } from '@netwright/compiler/interpreter';
import { disposed, type Device, type Handle } from '../device/device.ts';
import { HandleTable } from '../device/handle-table.ts';
import { fromPlanes, toPlanes } from './planes.ts';

export class GpuJsStore implements Store {
  readonly backend = 'gpujs';
  private readonly device: Device;
  private readonly host = new HostStore('gpujs', 'f32');
  private readonly handles: HandleTable<string>;
  /** Entries whose newest elements only the device has. */
  private readonly ahead = new Set<string>();
  private updates = 0;
  private isDisposed = false;

  constructor(device: Device) {
    this.device = device;
    this.handles = new HandleTable(device);
  }

  get entries(): readonly StoreEntry[] {
    return this.host.entries;
  }

  get version(): number {
    return this.host.version + this.updates;
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
      this.handles.free(name);
    });
  }

  dispose(): Promise<void> {
    return this.device.exclusive(async () => {
      this.handles.clear();
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
    this.handles.set(name, handle);
    this.ahead.add(name);
    this.updates++;
  }

  checkUsable(operation: string): void {
    if (this.isDisposed) throw disposed(operation, 'store');
  }

  private inTurn<T>(operation: string, job: () => Promise<T>): Promise<T> {
    return this.device.exclusive(() => {
      this.checkUsable(operation);
      return job();
    });
  }
}
