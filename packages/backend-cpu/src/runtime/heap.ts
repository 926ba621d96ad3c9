// One WebAssembly.Memory with an allocator: persistent data, constants and the arena that executables share.

import { NetwrightError } from '@netwright/ir';

import { pageBytes, reservedBytes } from './layout.ts';

/** Vectors at the end of a buffer may read this far beyond it. */
const slackBytes = 64;
const granularity = 64;

export interface Region {
  readonly address: number;
  readonly bytes: number;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;
  readonly shared: boolean;
  #end = reservedBytes;
  #free: Region[] = [];

  constructor(shared: boolean) {
    this.shared = shared;
    const { memory, maximumPages } = createMemory(shared);
    this.memory = memory;
    this.maximumPages = maximumPages;
  }

  /** A zero-filled region, aligned to 64 bytes. */
  allocate(bytes: number): Region {
    const rounded = Math.max(granularity, Math.ceil(bytes / granularity) * granularity);
    const at = this.#free.findIndex((region) => region.bytes >= rounded);
    const found = this.#free[at];
    if (found !== undefined) {
      const rest = { address: found.address + rounded, bytes: found.bytes - rounded };
      this.#free.splice(at, 1, ...(rest.bytes > 0 ? [rest] : []));
      new Uint8Array(this.memory.buffer, found.address, rounded).fill(0);
      return { address: found.address, bytes: rounded };
    }
    const address = this.#end;
    this.#reserve(address + rounded + slackBytes);
    this.#end = address + rounded;
    return { address, bytes: rounded };
  }

  /** Gives a region back. */
  release(region: Region): void {
    const regions = [...this.#free, region].sort((a, b) => a.address - b.address);
    const merged: Region[] = [];
    for (const next of regions) {
      const last = merged.at(-1);
      if (last !== undefined && last.address + last.bytes === next.address)
        merged[merged.length - 1] = { address: last.address, bytes: last.bytes + next.bytes };
      else merged.push(next);
    }
    this.#free = merged;
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      this.memory.grow(Math.ceil(missing / pageBytes));
    } catch (cause) {
      throw new NetwrightError({
        code: 'cpu.memory',
        operation: 'cpu',
        expected: `at most ${Math.floor((this.maximumPages * pageBytes) / 2 ** 20)} MiB of WebAssembly memory`,
        received: `a request for ${Math.ceil(bytes / 2 ** 20)} MiB`,
        hint: 'use a smaller batch',
        cause,
      });
    }
  }
}

/** Engines may refuse to reserve 4 GiB: smaller limits are tried in turn. */
function createMemory(shared: boolean): { memory: WebAssembly.Memory; maximumPages: number } {
  let failure: unknown;
  for (const maximumPages of [65536, 32768, 16384, 8192]) {
    try {
      return {
        memory: new WebAssembly.Memory({ initial: reservedBytes / pageBytes, maximum: maximumPages, shared }),
        maximumPages,
      };
    } catch (cause) {
      failure = cause;
    }
  }
  throw new NetwrightError({
    code: 'cpu.memory-unavailable',
    operation: 'cpu',
    expected: 'a WebAssembly memory of up to 512 MiB',
    reasons: [String(failure)],
    cause: failure,
  });
}
