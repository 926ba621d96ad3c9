// Handles that belong together.

import type { Device, Handle } from './device.ts';

/** A handle for each key, freed when another takes its place. */
export class HandleTable<K> {
  private readonly device: Device;
  private readonly handles = new Map<K, Handle>();

  constructor(device: Device) {
    this.device = device;
  }

  get(key: K): Handle | undefined {
    return this.handles.get(key);
  }

  set(key: K, handle: Handle): void {
    this.free(key);
    this.handles.set(key, handle);
  }

  free(key: K): void {
    const handle = this.handles.get(key);
    if (handle !== undefined) this.device.free(handle);
    this.handles.delete(key);
  }

  /** Frees all but some. */
  clear(kept: ReadonlySet<K> = new Set()): void {
    for (const key of [...this.handles.keys()]) if (!kept.has(key)) this.free(key);
  }
}
