// Kernels while passes join them: positions, writers and readers are kept up to date at every step.

import { buffersRead } from '../kernels/contents.ts';
import type { BufferDecl, Kernel, KernelProgram } from '../kernels/kernel.ts';

const NONE: ReadonlySet<number> = new Set();

export class Workspace {
  readonly buffers: BufferDecl[];
  private readonly kernels: (Kernel | undefined)[];
  private readonly reads: ReadonlySet<number>[];
  private readonly writers = new Map<number, number>();
  private readonly readers = new Map<number, Set<number>>();

  /** @param program - each buffer is written by at most one kernel. */
  constructor(program: KernelProgram) {
    this.buffers = [...program.buffers];
    this.kernels = [];
    this.reads = [];
    program.kernels.forEach((kernel, at) => this.put(at, kernel));
  }

  /** Number of positions, empty ones included. */
  get length(): number {
    return this.kernels.length;
  }

  at(position: number): Kernel | undefined {
    return this.kernels[position];
  }

  readsAt(position: number): ReadonlySet<number> {
    return this.reads[position] ?? NONE;
  }

  writerOf(buffer: number): number | undefined {
    return this.writers.get(buffer);
  }

  readersOf(buffer: number): ReadonlySet<number> {
    return this.readers.get(buffer) ?? NONE;
  }

  isTemporary(buffer: number): boolean {
    return this.buffers[buffer].role.kind === 'temporary';
  }

  put(position: number, kernel: Kernel | undefined): void {
    const before = this.kernels[position];
    if (before !== undefined) {
      for (const buffer of this.reads[position]) this.readers.get(buffer)?.delete(position);
      for (const { buffer } of before.outputs) if (this.writers.get(buffer) === position) this.writers.delete(buffer);
    }
    this.kernels[position] = kernel;
    this.reads[position] = kernel === undefined ? NONE : buffersRead(kernel);
    for (const buffer of this.reads[position]) {
      const known = this.readers.get(buffer);
      if (known === undefined) this.readers.set(buffer, new Set([position]));
      else known.add(position);
    }
    for (const { buffer } of kernel?.outputs ?? []) this.writers.set(buffer, position);
  }

  /**
   * Puts `joined` in place of the kernels at two positions, and moves those between that depend on the first behind it; returns where it is. The caller
   * has checked that the second depends on none of those.
   */
  join(first: number, second: number, joined: Kernel, dependents: ReadonlySet<number>): number {
    if (dependents.size === 0) {
      this.put(first, undefined);
      this.put(second, joined);
      return second;
    }
    const before: Kernel[] = [];
    const after: Kernel[] = [];
    for (let position = first + 1; position < second; position++) {
      const kernel = this.kernels[position];
      if (kernel !== undefined) (dependents.has(position) ? after : before).push(kernel);
    }
    for (let position = first; position <= second; position++) this.put(position, undefined);
    [...before, joined, ...after].forEach((kernel, offset) => this.put(first + offset, kernel));
    return first + before.length;
  }

  /** Positions between `first` and `second` that depend on what the kernel at `first` writes, directly or not. */
  dependents(first: number, second: number): ReadonlySet<number> {
    const found = new Set<number>();
    const written = new Set(this.kernels[first]?.outputs.map(({ buffer }) => buffer));
    const isWritten = (buffer: number): boolean => written.has(buffer);
    for (let position = first + 1; position < second; position++) {
      if (![...this.readsAt(position)].some(isWritten)) continue;
      found.add(position);
      for (const { buffer } of this.kernels[position]?.outputs ?? []) written.add(buffer);
    }
    return found;
  }

  /** Whether the kernel at `position` reads what any kernel of `others` writes. */
  dependsOnAny(position: number, others: ReadonlySet<number>): boolean {
    return [...this.readsAt(position)].some((buffer) => {
      const writer = this.writers.get(buffer);
      return writer !== undefined && others.has(writer);
    });
  }

  finish(): KernelProgram {
    return { buffers: this.buffers, kernels: this.kernels.filter((kernel) => kernel !== undefined) };
  }
}
